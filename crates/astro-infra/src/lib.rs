//! The engines beside the database: the bus that tells other processes what happened, the one
//! outgoing HTTP client, and the channels that reach a person. A folder per seam, a file per engine.
//!
//! Knows nothing of rows, permissions and reminders: it is handed what to say and to whom.
//!
//! Start with [`bus`], [`http_out`] and [`channels`].

pub mod bus;
pub mod channels;
pub mod http_out;
