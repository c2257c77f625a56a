//! The REST API as a client sees it, on both engines.

mod conventions;
mod openapi;
mod tasks;
