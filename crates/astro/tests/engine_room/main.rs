//! The engine room as its operator knows it: clocks that jump, a bus that loses everything, a database
//! that goes away for a moment. Real processes, real servers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; it measures time, starts tasks and tells its figures"
)]

#[path = "../product/mod.rs"]
mod product;

mod answer_page;
mod clocks;
mod follower;
mod replicas;

use std::time::{Duration, Instant};

/// Waits until something is so.
///
/// # Panics
/// When it is not so after `patience`; it says what there is instead.
async fn until<T: std::fmt::Debug>(
    patience: Duration,
    mut look: impl AsyncFnMut() -> T,
    is_so: impl Fn(&T) -> bool,
) -> T {
    let begun = Instant::now();
    loop {
        let found = look().await;
        if is_so(&found) {
            return found;
        }
        assert!(begun.elapsed() < patience, "after {patience:?}: {found:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
