//! The outgoing client and the channels against real receiving ends on the loopback address: other
//! people's programs decrypt, verify, parse and send the same.
//!
//! `ASTRO_TEST_CHANNELS_PYTHON` names a Python that has them (`requirements.txt` beside this file);
//! `cargo xtask test` makes one.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod apprise;
mod failures;
mod mail;
mod messages;
mod outgoing;
mod push;
mod python;
mod secure;
mod sink;
mod webhook;
