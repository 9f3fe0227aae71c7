mod forms;
mod made_up;
mod sketch;
mod written;
