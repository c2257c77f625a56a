//! How somebody feels at a moment: energy, annoyance, and what they do not notice any more.

use serde::Serialize;

use crate::chance::Chance;
use crate::person::{CATEGORIES, Person};
use crate::time::{DAY, Minute, SLOT, day, days, hour, number, whole};
use crate::world::World;

/// From here on somebody is annoyed, and stays so until their burden is below the second.
const ANNOYED: f64 = 1.0;
const CALM: f64 = 0.4;
/// Days in which half of the burden goes, calm and annoyed: fast in, slow out.
const CALM_DAYS: f64 = 1.0;
const ANNOYED_DAYS: f64 = 3.5;

/// What passes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mind {
    /// From 0 to about 1.
    pub energy: f64,
    pub sleep_debt: f64,
    pub burden: f64,
    pub is_annoyed: bool,
    /// How little a suggestion is noticed any more.
    pub habituation: f64,
    pub efficacy: [f64; CATEGORIES],
    /// Illness or travel until then.
    pub shock_until: Minute,
    /// The assistant was turned off.
    pub is_off: bool,
}

impl Mind {
    pub fn new(person: &Person) -> Self {
        Self {
            energy: 0.5,
            sleep_debt: 0.0,
            burden: 0.0,
            is_annoyed: false,
            habituation: 0.0,
            efficacy: person.efficacy,
            shock_until: -1,
            is_off: false,
        }
    }

    /// As it is for this person at this hour without the day's luck: what a judge who knows the traits
    /// and the dosage would say.
    pub fn typical(&self, world: &World, person: &Person, now: Minute) -> Self {
        Self {
            energy: level(world, person, now),
            sleep_debt: 0.0,
            shock_until: -1,
            ..self.clone()
        }
    }

    /// Half an hour passes.
    pub fn pass(&mut self, world: &World, person: &Person, now: Minute, chance: &mut Chance) {
        let memory = world.days_are.energy_memory;
        let shock = if now < self.shock_until { 0.3 } else { 0.0 };
        let target = level(world, person, now) - 0.25 * self.sleep_debt - shock;
        let noise = world.days_are.energy_noise * chance.normal();
        self.energy = (memory * self.energy + (1.0 - memory) * target + noise * (1.0 - memory))
            .clamp(0.0, 1.2);
        self.settle(world, days(SLOT));
    }

    /// A night: sleep, and what may come with the morning.
    pub fn sleep(&mut self, world: &World, now: Minute, chance: &mut Chance) {
        let is_short = chance.happens(world.days_are.short_nights_per_week / 7.0);
        self.sleep_debt = (self.sleep_debt * 0.5 + if is_short { 0.8 } else { 0.0 }).min(1.5);
        if chance.happens(world.days_are.shocks_per_month / 30.0) {
            let lasts = chance.log_normal(world.days_are.shock_length_d, 0.5);
            self.shock_until = now + whole(number(DAY) * lasts);
        }
        self.settle(world, 8.0 / 24.0);
    }

    /// What was said wears off.
    fn settle(&mut self, world: &World, elapsed_days: f64) {
        let half_life = if self.is_annoyed {
            ANNOYED_DAYS
        } else {
            CALM_DAYS
        };
        self.burden *= libm::exp2(-elapsed_days / half_life);
        if self.burden < CALM {
            self.is_annoyed = false;
        }
        self.habituation *= libm::exp2(-elapsed_days / world.traits.habituation_half_life_days);
    }

    /// Something was suggested. It costs more when it comes to somebody who is annoyed, and nothing
    /// in a world in which nothing matters.
    pub fn is_spoken_to(&mut self, world: &World, person: &Person, weight: f64) {
        let annoyance = world.response.annoyance * person.burden_sensitivity * weight;
        self.burden += annoyance * if self.is_annoyed { 0.6 } else { 0.35 };
        if self.burden > ANNOYED {
            self.is_annoyed = true;
        }
        self.habituation += person.habituation * weight;
    }

    /// Something was finished: one believes a little more that one can.
    pub fn succeeds(&mut self, world: &World, category: usize) {
        let efficacy = &mut self.efficacy[category];
        *efficacy += world.traits.learning_per_success * (1.0 - *efficacy);
    }
}

/// The energy that somebody has at this hour, on average, in this world on this day.
pub fn level(world: &World, person: &Person, now: Minute) -> f64 {
    let today = number(day(now));
    let mut peak = person.peak_h;
    if world.response.drift_day > 0.0 && today >= world.response.drift_day {
        peak += 9.0;
    }
    peak += 4.0 * world.response.drift_season * libm::sin(core::f64::consts::TAU * today / 60.0);
    let phase = core::f64::consts::TAU * (hour(now) - peak) / 24.0;
    0.5 + person.amplitude * libm::cos(phase)
}
