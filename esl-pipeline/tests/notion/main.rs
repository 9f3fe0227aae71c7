//! Pages in Notion, against a strict fake of it over real HTTP.

mod copies;
mod failures;
mod lesson;
mod made_up;
mod port;
mod requests;
mod sources;
mod world;
