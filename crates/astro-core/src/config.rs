//! Configuration structs, one file per part of the product; the binary loads them.

pub mod auth;
