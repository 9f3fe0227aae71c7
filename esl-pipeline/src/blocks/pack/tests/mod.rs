mod least;
mod lessons;
mod texts;
pub(crate) mod trees;
