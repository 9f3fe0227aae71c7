//! People and programs are told how jobs ended, over real connections.
#![cfg(all(feature = "email", feature = "webhook"))]

mod desk;
mod email;
mod mailbox;
mod receiver;
mod webhook;
mod worker;
