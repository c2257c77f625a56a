//! Who somebody is: what stays the same from day to day, and what no record tells.

use serde::Serialize;

use crate::chance::Chance;
use crate::world::World;

/// Kinds of tasks that people find easy or hard, each in their own way.
pub const CATEGORIES: usize = 5;
/// Hours of a day in which somebody is awake.
pub const WAKE_H: f64 = 7.0;
pub const SLEEP_H: f64 = 23.0;

/// Traits. All shares are from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    /// The local hour of most energy.
    pub peak_h: f64,
    /// How much energy comes and goes over the day.
    pub amplitude: f64,
    /// How fast a reward pales with each day until it (hyperbolic discounting; Mazur, 1987).
    pub impulsiveness: f64,
    /// Whether they believe that they can, by category.
    pub efficacy: [f64; CATEGORIES],
    pub aversion: [f64; CATEGORIES],
    /// True effort over expected effort (the planning fallacy).
    pub planning_bias: f64,
    /// Whether a suggestion is noticed at all.
    pub receptivity: f64,
    /// How much each suggestion annoys.
    pub burden_sensitivity: f64,
    pub habituation: f64,
    /// The chance that an annoyed person turns the assistant off, each time.
    pub reactance: f64,
    pub honesty: f64,
    pub delay_min: f64,
    pub orderliness: f64,
    /// How far the whole of a suggestion moves them, as a factor.
    pub compliance: f64,
    /// Share of each hour of the week that is taken, as they themselves know it.
    pub busy: Vec<f64>,
    pub load: f64,
}

impl Person {
    /// Draws somebody.
    pub fn draw(world: &World, chance: &mut Chance) -> Self {
        let traits = &world.traits;
        let spread = traits.spread;
        let mut around = |median: f64, sigma: f64| chance.log_normal(median, sigma * spread);
        let planning_bias = around(traits.planning_bias_median, traits.planning_bias_sigma);
        let impulsiveness = around(traits.impulsiveness, 0.6);
        let burden_sensitivity = around(traits.burden_sensitivity, 0.6);
        let habituation = around(traits.habituation_per_showing, 0.4);
        let delay_min = around(traits.delay_median_min, 0.8);
        let compliance = around(1.0, 0.5 * world.response.boost_varies);
        let load = around(1.0, 0.35);
        let peak_h = 10.5 + 3.5 * spread * chance.normal();
        let share = |mean: f64, chance: &mut Chance| chance.share(mean, 0.9 * spread);
        let mut by_category = |mean: f64| {
            let mut values = [0.0; CATEGORIES];
            for value in &mut values {
                *value = share(mean, chance);
            }
            values
        };
        let efficacy = by_category(0.65);
        let aversion = by_category(0.3);
        Self {
            peak_h: peak_h.clamp(WAKE_H, 21.0),
            amplitude: chance.between(0.15, 0.15 + 0.2 * spread),
            impulsiveness,
            efficacy,
            aversion,
            planning_bias,
            receptivity: share(traits.receptivity_share, chance),
            burden_sensitivity,
            habituation,
            reactance: traits.reactance_share * chance.between(1.0 - spread, 1.0 + spread),
            honesty: traits.honesty_share,
            delay_min,
            orderliness: share(0.5, chance),
            compliance,
            busy: busy(world.days_are.busy_share, spread, chance),
            load,
        }
    }
}

/// A template of the week: work or school on weekdays, some evenings, little on the weekend.
fn busy(share: f64, spread: f64, chance: &mut Chance) -> Vec<f64> {
    let mut week = Vec::with_capacity(7 * 24);
    for day in 0..7 {
        for hour in 0..24 {
            let usual = match (day, hour) {
                (0..=4, 9..=16) => 1.7 * share,
                (0..=4, 17..=20) => 0.7 * share,
                (5..=6, 10..=18) => 0.6 * share,
                _ => 0.2 * share,
            };
            week.push((usual * chance.log_normal(1.0, 0.4 * spread)).clamp(0.0, 0.95));
        }
    }
    week
}
