//! What rows hold: numbers that follow from what is known, and nothing where nothing is.

use astro_core::calendar::SignedDuration;
use astro_core::preferences::FeatureGroup;
use astro_data::{
    Answer, Candidate, Cleaner, Fact, Happened, Moment, Person, Row, Says, Scene, registry,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{HOURS, hour, person, record, rows, task, zone};

fn value(row: &Row, name: &str) -> f32 {
    let place = registry::all().position(|feature| feature.name == name);
    row.0[place.unwrap_or_else(|| panic!("there is no {name}"))]
}

fn close(number: f32, expected: f64) {
    assert!(
        (f64::from(number) - expected).abs() < 1e-5,
        "{number} is not {expected}"
    );
}

/// A life told in order: (hour, task, what).
fn life(told: Vec<(i64, u128, Happened)>) -> Vec<Fact> {
    let mut id = 0;
    told.into_iter()
        .map(|(at, number, what)| {
            id += 1;
            Fact {
                id: Uuid::from_u128(id),
                task: Some(task(number)),
                at: hour(at),
                recorded_at: hour(at),
                what,
            }
        })
        .collect()
}

fn created(says: Says) -> Happened {
    Happened::Created(Box::new(says))
}

fn of(person: &Person, number: u128, now: i64) -> Row {
    let scene = Scene::new(person, Moment::at(hour(now)));
    scene.row(Candidate {
        task: Some(task(number)),
        ..Candidate::default()
    })
}

#[test]
fn somebody_of_whom_nothing_is_known_has_defaults() {
    let nobody = Person::new(zone());
    let row = of(&nobody, 0, 0);
    for feature in registry::all() {
        let is_of_the_moment = ["hour", "half_day", "week_sin", "week_cos", "weekend"];
        if is_of_the_moment
            .iter()
            .any(|name| feature.name.starts_with(name))
        {
            continue;
        }
        close(value(&row, feature.name), f64::from(feature.default));
    }
}

#[test]
fn a_task_is_what_was_said_and_done() {
    let says = Says {
        priority: Some(1),
        due: Some(Some(hour(48))),
        estimate_s: Some(Some(3_600)),
        ..Says::default()
    };
    let waits = Says {
        depends_on: Some(vec![task(0)]),
        parent: Some(Some(task(0))),
        ..Says::default()
    };
    let later = Says {
        due: Some(Some(hour(60))),
        ..Says::default()
    };
    let person = person(&life(vec![
        (0, 0, created(says)),
        (0, 1, created(waits)),
        (2, 0, Happened::Started),
        (3, 0, Happened::Stopped),
        (4, 0, Happened::Deferred(Box::new(later))),
    ]));
    let row = of(&person, 0, 10);
    close(value(&row, "priority"), 1.0);
    close(value(&row, "estimate"), 61.0_f64.ln());
    close(value(&row, "worked"), 61.0_f64.ln());
    // 60 min times the typical 1.4, less the 60 that were worked
    close(value(&row, "left"), 25.0_f64.ln());
    close(value(&row, "due_in"), 51.0_f64.ln());
    close(value(&row, "slack"), (50.0_f64 - 0.4 + 1.0).ln());
    close(value(&row, "due_moved"), 13.0_f64.ln());
    close(value(&row, "postpones"), 2.0_f64.ln());
    close(value(&row, "waited_for"), 2.0_f64.ln());
    close(value(&row, "open_parts"), 2.0_f64.ln());
    close(value(&row, "due_rank"), 0.0);
    close(value(&of(&person, 1, 10), "waits_for"), 2.0_f64.ln());
    close(value(&of(&person, 1, 10), "due_rank"), 1.0);
    close(value(&row, "overdue"), 0.0);
    close(value(&of(&person, 0, 61), "overdue"), 1.0);
}

/// The planning-fallacy factor goes from what is typical to what the person's tasks say.
#[test]
fn estimates_are_corrected_by_what_tasks_took() {
    let says = || Says {
        estimate_s: Some(Some(3_600)),
        ..Says::default()
    };
    let mut told = Vec::new();
    for number in 0..40_u8 {
        let at = i64::from(number) * 10;
        let number = u128::from(number);
        told.extend([
            (at, number, created(says())),
            (at + 1, number, Happened::Started),
            (at + 4, number, Happened::Done),
        ]);
    }
    let facts = life(told);
    let bias = |count: usize| person(&facts[..count]).habits().bias(hour(400));
    assert!((bias(0) - 1.4).abs() < 1e-9);
    assert!(bias(30) > 1.8 && bias(120) > bias(30) && bias(120) < 3.0);
}

#[test]
fn what_is_taken_back_counts_for_nothing() {
    let told = |more: Vec<(i64, u128, Happened)>| {
        let mut all = vec![
            (0, 0, created(Says::default())),
            (1, 1, created(Says::default())),
        ];
        all.extend(more);
        person(&life(all))
    };
    let taken_back = told(vec![(5, 0, Happened::Done), (6, 0, Happened::Reopened)]);
    let row = of(&taken_back, 1, 10);
    close(value(&row, "done_week"), 0.0);
    close(value(&row, "open"), 3.0_f64.ln());
    let cancelled = told(vec![
        (5, 0, Happened::Cancelled),
        (6, 0, Happened::Deleted),
        (7, 0, Happened::Restored),
    ]);
    assert!(
        !cancelled.task(task(0)).unwrap().is_open(),
        "it was given up before"
    );
    let restored = told(vec![(5, 0, Happened::Deleted), (7, 0, Happened::Restored)]);
    assert!(restored.task(task(0)).unwrap().is_open());
    close(value(&of(&restored, 1, 10), "dropped_month"), 0.0);
}

#[test]
fn suggestions_and_answers_are_remembered_and_forgotten() {
    use astro_core::preferences::RecommendationKind::NextTask;
    let told = vec![
        (0, 0, created(Says::default())),
        (1, 0, Happened::Shown(NextTask)),
        (1, 0, Happened::Answered(NextTask, Answer::Dismissed)),
    ];
    let person = person(&life(told));
    let (soon, late) = (of(&person, 0, 1), of(&person, 0, 1 + 7 * 24));
    close(value(&soon, "shown_day"), 2.0_f64.ln());
    close(value(&late, "task_dismissed"), 1.5_f64.ln());
    close(value(&late, "since_shown"), (1.0 + 7.0 * 24.0_f64).ln());
    assert!(value(&soon, "dismissed") > 0.2 && value(&soon, "taken") < 0.3);
}

#[test]
fn hours_are_those_where_the_person_is() {
    let person = Person::new(zone());
    // 23:00 UTC on a Sunday is midnight of Monday in Madrid
    let row = of(&person, 0, 6 * 24 + 23);
    close(value(&row, "hour_cos"), 1.0);
    close(value(&row, "week_cos"), 1.0);
    close(value(&row, "weekend"), 0.0);
    close(value(&of(&person, 0, 6 * 24 + 22), "weekend"), 1.0);
}

proptest! {
    #[test]
    fn every_number_is_finite_and_every_hash_is_its_rows(facts in record(), now in 0_i64..HOURS) {
        let (kept, _) = Cleaner::clean(facts);
        let seen = rows(&person(&kept), hour(now));
        for (_, row) in &seen {
            prop_assert!(row.0.iter().all(|number| number.is_finite()));
            for (_, other) in &seen {
                prop_assert_eq!(row.hash() == other.hash(), row == other);
            }
        }
    }

    #[test]
    fn a_group_without_consent_is_not_looked_at(facts in record(), now in 0_i64..HOURS) {
        let (kept, _) = Cleaner::clean(facts);
        for (_, row) in rows(&person(&kept), hour(now)) {
            let bare = row.clone().without(&[FeatureGroup::State, FeatureGroup::Texts]);
            for ((feature, before), after) in registry::all().zip(row.0).zip(bare.0) {
                let hidden = matches!(feature.group, FeatureGroup::State | FeatureGroup::Texts);
                let expected = if hidden { feature.default } else { before };
                prop_assert_eq!(after.to_bits(), expected.to_bits());
            }
        }
    }

    /// Facts of one task change no number that is about another task alone.
    #[test]
    fn a_row_is_the_same_after_an_hour_but_for_the_time(facts in record()) {
        let (kept, _) = Cleaner::clean(facts);
        let person = person(&kept);
        let now = hour(HOURS + 24);
        let later = now + SignedDuration::from_hours(1);
        for ((_, before), (_, after)) in rows(&person, now).iter().zip(&rows(&person, later)) {
            for name in ["priority", "estimate", "postpones", "waits_for", "labels", "words_3"] {
                prop_assert_eq!(value(before, name).to_bits(), value(after, name).to_bits());
            }
            prop_assert!(value(after, "age") >= value(before, "age"));
            prop_assert!(value(after, "due_in") <= value(before, "due_in"));
        }
    }
}
