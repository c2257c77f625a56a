//! `astro train` and `astro models`: learning, and what came of it.

mod export;
mod models;
mod parquet;
mod predict;
mod rows;
mod train;

pub use export::run as export;
pub use models::run as models;
pub use predict::run as predict;
pub use train::{forget, run as train};
