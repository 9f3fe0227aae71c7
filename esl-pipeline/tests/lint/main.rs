//! The lint from outside: what it says about whole lessons.

mod broken_examples;
mod every_rule;
mod lessons;
mod properties;
mod reference;
mod report;
mod sections;
mod slips;
mod sound;
mod speakers;
