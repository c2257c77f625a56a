//! The engine room: work that is done later, by whichever process comes first, and once.
//!
//! Three things run here. A [`Pump`] goes from owner to owner wherever something is due, and works in
//! transactions alone: whatever it does is done once, because the transaction that does it also says
//! that it is done. A [`Job`] reaches outside and may be cut off in the middle: it is claimed under a
//! lease, and only whoever still holds the lease can finish it. A [`Schedule`] is what the product
//! does by itself now and then.
//!
//! This crate knows nothing of any noun: reminders, events and mails are what others make of it.
//!
//! Start with [`pump`], then [`job`] and [`runner`]; docs/recipes/add-a-job.md adds one.

pub mod backoff;
pub mod job;
pub mod pump;
mod room;
pub mod runner;
pub mod schedule;
pub mod stop;

pub use job::{Fate, Job, JobError, Lease};
pub use pump::{Pump, Worked};
pub use runner::{Jobs, Runner};
pub use schedule::{Schedule, keep_schedule};
pub use stop::{Stop, Stopper};
