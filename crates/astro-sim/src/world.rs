//! Worlds: what differs between places where people live. `worlds.toml` says what each number means.

use serde::Deserialize;
use toml::{Table, Value};

use crate::chance::Chance;

const WORLDS: &str = include_str!("worlds.toml");

/// A world's numbers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// What it is for.
    pub about: String,
    pub people: u32,
    pub days: u32,
    /// Moments a day at which something may be suggested.
    pub decisions_per_day: u32,
    pub traits: Traits,
    pub tasks: Tasks,
    pub days_are: Days,
    pub response: Response,
    pub dirt: Dirt,
}

/// Who lives there: the middle of each trait, and how far people differ.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traits {
    pub spread: f64,
    pub planning_bias_median: f64,
    pub planning_bias_sigma: f64,
    pub impulsiveness: f64,
    pub receptivity_share: f64,
    pub burden_sensitivity: f64,
    pub habituation_per_showing: f64,
    pub habituation_half_life_days: f64,
    pub reactance_share: f64,
    pub honesty_share: f64,
    pub delay_median_min: f64,
    pub delay_sigma: f64,
    pub learning_per_success: f64,
}

/// What comes up.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tasks {
    pub arrivals_per_day: f64,
    pub excitation_share: f64,
    pub excitation_half_life_h: f64,
    pub bursts_per_day: f64,
    pub recurring: u32,
    pub estimate_median_min: f64,
    pub estimate_sigma: f64,
    pub estimate_given_share: f64,
    pub effort_sigma: f64,
    pub due_share: f64,
    pub hard_share: f64,
    pub due_median_days: f64,
    pub depends_share: f64,
    pub creep_share: f64,
    pub abandon_per_day: f64,
    pub postpone_per_day: f64,
}

/// What days are like.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    pub busy_share: f64,
    pub calendar_error_share: f64,
    pub energy_memory: f64,
    pub energy_noise: f64,
    pub short_nights_per_week: f64,
    pub shocks_per_month: f64,
    pub shock_length_d: f64,
    pub weekend_factor: f64,
}

/// What a suggestion does.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    pub boost: f64,
    pub boost_varies: f64,
    pub annoyance: f64,
    pub interaction: f64,
    pub drift_day: f64,
    pub drift_season: f64,
}

/// How the record is soiled on its way to the server.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dirt {
    pub late_share: f64,
    pub late_days: f64,
    pub duplicate_share: f64,
    pub skew_share: f64,
    pub skew_h: f64,
    pub missing_share: f64,
    pub false_done_share: f64,
}

/// Why there is no such world.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    #[error("there is no world {name}; there are {known}")]
    Unknown { name: String, known: String },
    #[error("the worlds cannot be read: {0}")]
    Unreadable(String),
}

fn tables() -> Result<Table, WorldError> {
    WORLDS
        .parse()
        .map_err(|error: toml::de::Error| WorldError::Unreadable(error.to_string()))
}

impl World {
    /// The names of all worlds, in the order of their numbers.
    ///
    /// # Errors
    /// [`WorldError::Unreadable`], which a test excludes.
    pub fn names() -> Result<Vec<String>, WorldError> {
        let is_world = |name: &&String| name.as_str() != "base";
        let mut names: Vec<String> = tables()?.keys().filter(is_world).cloned().collect();
        names.sort_by_key(|name| {
            let digits: String = name.chars().filter(char::is_ascii_digit).collect();
            (digits.parse::<u32>().unwrap_or_default(), name.clone())
        });
        Ok(names)
    }

    /// A world by its name, such as `W2`.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, WorldError> {
        let mut tables = tables()?;
        let base = tables.remove("base");
        let Some(own) = tables.remove(name) else {
            let known: Vec<String> = Self::names()?;
            return Err(WorldError::Unknown {
                name: name.to_owned(),
                known: known.join(", "),
            });
        };
        let mut whole = base.unwrap_or(Value::Table(Table::new()));
        lay_over(&mut whole, own);
        whole
            .try_into()
            .map_err(|error: toml::de::Error| WorldError::Unreadable(error.to_string()))
    }

    /// A world that nobody has learnt in: the numbers of W2, each moved by chance.
    ///
    /// # Errors
    /// As [`World::named`].
    pub fn unseen(seed: u64) -> Result<Self, WorldError> {
        let mut world = Self::named("W2")?;
        let mut chance = Chance::of_person(seed, u64::MAX);
        let mut factor = |spread: f64| chance.log_normal(1.0, spread);
        "Drawn from a seed: nobody has learnt in it.".clone_into(&mut world.about);
        world.traits.planning_bias_median *= factor(0.15);
        world.traits.impulsiveness *= factor(0.4);
        world.traits.receptivity_share = (world.traits.receptivity_share * factor(0.3)).min(0.8);
        world.traits.burden_sensitivity *= factor(0.5);
        world.traits.habituation_per_showing *= factor(0.7);
        world.tasks.arrivals_per_day *= factor(0.3);
        world.tasks.due_median_days *= factor(0.4);
        world.days_are.busy_share = (world.days_are.busy_share * factor(0.3)).min(0.7);
        world.response.boost *= factor(0.5);
        world.response.annoyance *= factor(0.6);
        Ok(world)
    }
}

/// Puts what one table says over another, table by table.
fn lay_over(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Table(under), Value::Table(over)) => {
            for (name, value) in over {
                match under.get_mut(&name) {
                    Some(known) => lay_over(known, value),
                    None => drop(under.insert(name, value)),
                }
            }
        }
        (under, over) => *under = over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_world_can_be_read_and_differs_from_the_ordinary_one() {
        let ordinary = World::named("W2").unwrap();
        let names = World::names().unwrap();
        assert_eq!(names.len(), 14);
        assert_eq!((names[0].as_str(), names[13].as_str()), ("W0", "W11"));
        for name in names {
            let world = World::named(&name).unwrap();
            assert!(name == "W2" || world != ordinary, "{name}");
        }
        assert!(World::named("W12").unwrap_err().to_string().contains("W11"));
        assert_ne!(World::unseen(1), World::unseen(2));
    }
}
