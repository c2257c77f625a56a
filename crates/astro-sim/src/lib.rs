//! Simulated people and their days, so that learning can be tried on lives of which the truth is known.
//!
//! A [`Life`] goes on half an hour at a time and stops at each [`Decision`]; what decides sees that and the
//! lines of the record, never the person behind them. A [`World`] says what people and days are like
//! (`worlds.toml`, docs/worlds.md); an [`oracle`] says what would have been best.
//!
//! Knows nothing of features, of models, or of the product around them, and shares no code with those floors:
//! there are thresholds, hyperbolas, hysteresis and energy that nobody sees.
//!
//! Start with `worlds.toml`, then [`Life::until_decision`].

mod chance;
mod guided;
mod life;
mod mind;
pub mod oracle;
mod person;
pub mod record;
mod response;
pub mod run;
mod task;
pub mod time;
mod world;

pub use guided::{Behaviour, Choice, Guided};
pub use life::{Decision, Life, Reply};
pub use mind::Mind;
pub use person::Person;
pub use record::Answer;
pub use task::End;
pub use world::{World, WorldError};
