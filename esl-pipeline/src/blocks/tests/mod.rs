mod forms;
mod made_up;
mod sketch;
