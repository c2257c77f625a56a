//! The nets: what they are, how they are trained and judged, and the files in which they are kept.
//!
//! A model takes rows of [`astro_data`] and says chances. It knows nothing of people, of storage, or of why
//! it is asked. The framework lies behind this crate alone: no other names it.
//!
//! Start with [`completion`], then `training.rs`.

pub mod artifact;
pub mod baselines;
mod calibrate;
pub mod completion;
mod dense;
mod device;
pub mod evaluation;
mod files;
pub mod lesson;
mod maths;
pub mod metrics;
mod minutes;
mod model;
mod net;
pub mod prior;
pub mod recommendation;
pub mod report;
mod scaler;
pub mod table;
pub mod train;
mod training;
mod weights;

pub use calibrate::{Line, Online};
pub use model::{Lines, Model};
pub use training::{CheckpointError, Fitted, Pass, Settings};
pub use weights::{Array, Weights, WeightsError};
