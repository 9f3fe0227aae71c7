//! People and programs are told how jobs ended, over real connections.
#![cfg(all(feature = "email", feature = "webhook"))]

#[path = "../authority/mod.rs"]
mod authority;
mod desk;
mod email;
mod encrypted_email;
mod mailbox;
mod receiver;
mod webhook;
mod worker;
