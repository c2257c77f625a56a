//! Is a task done, and when? A discrete-time hazard model with two ways to end (Tutz and Schmid, 2016):
//! done and given up, in bins of days and weeks, with what had not ended censored; and how many active
//! minutes are left, as quantiles.
//!
//! Start with [`CompletionModel::predict`], then `net.rs`.

pub mod bins;
mod curve;
mod fit;
mod follow;
mod judge;
mod model;
mod said;
mod set;
pub mod table;

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_data::{Closing, Example};

pub use curve::{Chances, Curve};
pub use fit::fit;
pub use follow::{followed, line_of};
pub use judge::{QUESTION, SURVIVAL_DAYS, answered, evaluate, judge};
pub use model::{CompletionModel, Lines, Prediction};

use crate::metrics::Known;

/// Days whose chances are said, besides that of being done when it is wanted.
pub const HORIZON_DAYS: [f64; 3] = [1.0, 3.0, 7.0];

/// Whether a row's task was done within so many hours; `None` where that was not known yet at `until`.
/// What ended early is left out with what is still open: kept alone it would look as if all ended.
pub fn done_within(example: &Example, hours: f64, until: Timestamp) -> Option<bool> {
    let end = example.at + SignedDuration::try_from_secs_f64(hours * 3_600.0).ok()?;
    (end <= until).then(|| {
        example.fate.ending == Some(Closing::Done) && f64::from(example.fate.after_h) <= hours
    })
}

/// The answer to [`bins::asked_h`].
pub fn asked(example: &Example, until: Timestamp) -> Option<bool> {
    done_within(example, bins::asked_h(&example.row), until)
}

/// A row's fate as survival metrics read it.
pub fn known(example: &Example) -> Known {
    let after_h = f64::from(example.fate.after_h);
    match example.fate.ending {
        Some(Closing::Done) => Known::Done { after_h },
        Some(Closing::Dropped) => Known::Dropped { after_h },
        None => Known::Open { for_h: after_h },
    }
}
