//! The command `esl`: arguments in, calls out. The only place that reads the environment.

fn main() {}
