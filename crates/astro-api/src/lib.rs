//! REST v1: routes, wire conventions, the OpenAPI document and the one mapping of errors.
//!
//! This crate knows nothing of SQL and holds no business rule: a handler parses, calls one
//! service operation and answers. What every answer has in common (problems, entity tags, undo
//! tokens, pages) is in one file each.
//!
//! Start with `router.rs`, the only list of routes, then `v1/labels.rs` for a noun.

mod auth;
mod body;
mod browser;
mod depth;
mod etag;
mod frame;
mod idempotency;
mod openapi;
mod pages;
mod paging;
mod patch;
mod peer;
mod problem;
mod query;
mod rate;
mod reply;
mod request_id;
mod router;
mod state;
mod v1;

pub use auth::Authenticate;
pub use openapi::document;
pub use router::router;
pub use state::AppState;
