//! Runs that are killed at any call, or not answered, and what the next run makes of it: one page,
//! one player, nothing paid for twice.

mod concurrent;
mod killed;
mod storm;
mod world;
