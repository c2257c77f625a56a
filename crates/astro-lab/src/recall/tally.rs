//! What the judge chose, and whether it was looked at.

use std::collections::BTreeMap;

use astro_data::{Moment, Person, Scene, Task, candidates};
use astro_models::recommendation::{MOST, RecommendationModel};
use astro_sim::Decision;
use astro_sim::oracle::Judged;
use astro_sim::time::timestamp;
use uuid::Uuid;

use super::known::Known;
use crate::number;

/// Sizes of the set that are tried.
const SIZES: [usize; 4] = [12, 20, 32, 48];
/// Ways to make it.
const WAYS: [&str; 2] = ["rules alone", "the net and rules"];
/// What annoying costs when the net chooses.
const PRICE: f64 = 0.05;

#[derive(Default)]
pub struct Tally {
    pub moments: f64,
    ready: f64,
    is_silence: f64,
    /// By the way in which the set is made and its size: the best choice of all is in it, and what is lost by its
    /// absence.
    found: [[f64; SIZES.len()]; WAYS.len()],
    lost: [[f64; SIZES.len()]; WAYS.len()],
    best: f64,
    silence: f64,
    /// Worth of what the net would choose among the candidates, of what is due first, of anything.
    net: f64,
    due: f64,
    any: f64,
    spoken: f64,
}

/// What the judge says of each task.
struct Worths<'a> {
    of: BTreeMap<Uuid, f64>,
    judged: &'a Judged,
}

impl Worths<'_> {
    /// Of a task; of silence for none, and for one that is not there any more.
    fn one(&self, task: Option<Uuid>) -> f64 {
        let known = task.and_then(|task| self.of.get(&task).copied());
        known.unwrap_or(self.judged.silence)
    }
}

impl Tally {
    pub fn add(
        &mut self,
        known: &Known,
        model: &RecommendationModel,
        decision: &Decision,
        judged: &Judged,
    ) {
        let free_s = u32::try_from(60 * decision.free_min).ok();
        let scene = Scene::new(
            &known.person,
            Moment {
                now: timestamp(decision.at),
                free_s,
                busy: free_s.map(|free| free == 0),
                asked: false,
            },
        );
        let worths = Worths {
            of: judged.candidates.iter().copied().collect(),
            judged,
        };
        let (best, most) = judged.best();
        self.moments += 1.0;
        self.ready += number(worths.of.len());
        self.is_silence += f64::from(u8::from(best.is_none()));
        self.best += most;
        self.silence += judged.silence;
        for (place, size) in SIZES.into_iter().enumerate() {
            let Some(short) = model.shortlist(&scene, size) else {
                continue;
            };
            let set = short.candidates.iter().map(|(task, _)| *task).collect();
            let ways: [Vec<Uuid>; WAYS.len()] = [candidates(&scene, size), set];
            for (way, set) in ways.into_iter().enumerate() {
                let is_in = best.is_none_or(|best| set.contains(&best));
                self.found[way][place] += f64::from(u8::from(is_in));
                let reached = set.iter().map(|task| worths.one(Some(*task)));
                self.lost[way][place] += most - reached.fold(judged.silence, f64::max);
            }
        }
        self.choose(&known.person, &scene, model, &worths);
    }

    /// What others would choose.
    fn choose(
        &mut self,
        known: &Person,
        scene: &Scene<'_>,
        model: &RecommendationModel,
        worths: &Worths<'_>,
    ) {
        if let Some(short) = model.shortlist(scene, MOST) {
            let chosen = short
                .worth(PRICE)
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .filter(|(_, worth)| *worth > short.silence.baseline);
            self.spoken += f64::from(u8::from(chosen.is_some()));
            self.net += worths.one(chosen.map(|(task, _)| task));
        }
        let first = candidates(scene, usize::MAX)
            .into_iter()
            .min_by_key(|task| {
                let due = known.task(*task).and_then(Task::wanted_by);
                (due.is_none(), due)
            });
        self.due += worths.one(first);
        self.any += worths.of.values().sum::<f64>() / number(worths.of.len());
    }

    pub fn print(&self) {
        let per = |sum: f64| sum / self.moments.max(1.0);
        println!(
            "\n{} moments of people of whom nothing was learnt, {:.1} tasks that could be begun; silence is best in {:.2}",
            self.moments,
            per(self.ready),
            per(self.is_silence)
        );
        println!(
            "\n| candidates by | at most | the judge's choice is among them | worth lost |\n|---|---|---|---|"
        );
        for (way, name) in WAYS.into_iter().enumerate() {
            for (place, size) in SIZES.into_iter().enumerate() {
                println!(
                    "| {name} | {size} | {:.3} | {:.5} |",
                    per(self.found[way][place]),
                    per(self.lost[way][place])
                );
            }
        }
        println!("\n| choice | worth | of the way from silence to the judge |\n|---|---|---|");
        let (silence, best) = (per(self.silence), per(self.best));
        let rows = [
            ("silence", self.silence),
            ("anything", self.any),
            ("what is due first", self.due),
            ("the net", self.net),
            ("the judge", self.best),
        ];
        for (name, sum) in rows {
            let worth = per(sum);
            println!(
                "| {name} | {worth:.4} | {:.2} |",
                (worth - silence) / (best - silence)
            );
        }
        println!(
            "\nThe net speaks in {:.2} of the moments.",
            per(self.spoken)
        );
    }
}
