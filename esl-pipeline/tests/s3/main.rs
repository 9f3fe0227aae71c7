//! The stores of a bucket against a storage service over HTTP, and runs whose manifests, speech and
//! recordings are all kept there.

mod killed;
mod runs;
mod server;
mod stores;
mod world;
