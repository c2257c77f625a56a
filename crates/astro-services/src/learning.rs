//! Learning: records of everybody who lets the product learn, training, and the registry of what came of
//! it.
//!
//! Models know nothing of people or storage; this is where both meet.

mod facts;
mod forget;
mod job;
mod known;
mod lives;
mod outlook;
mod records;
mod registry;
mod serving;
mod training;

pub use job::TrainModel;
pub use known::Known;
pub(crate) use lives::Lives;
pub use records::Records;
pub use registry::ModelDetail;
pub(crate) use serving::Champion;
pub use training::{Progress, Tell, Trained, TrainingOptions};
