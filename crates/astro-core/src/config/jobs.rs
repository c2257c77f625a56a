//! What is done beside the requests.

use super::settings::settings;

settings! {
    /// Reminders, messages and housekeeping.
    pub struct JobsConfig in "jobs" {
        /// Whether `astro serve` does it itself; with `false` it is left to `astro worker` processes on the same PostgreSQL.
        in_server: bool = true;
        /// Messages that one process sends at the same time, at most 8 of them for one person.
        concurrency: usize = 64;
    }
}
