//! The recommendation net on made-up suggestions whose rule is known.

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_core::preferences::{FeatureGroup, RecommendationKind};
use astro_data::{
    About, Exposure, Fact, Happened, Moment, NextMove, Outcomes, Person, Row, Says, Scene, WIDTH,
    candidates, registry,
};
use astro_models::Settings;
use astro_models::artifact::{self, ArtifactError};
use astro_models::completion::CompletionModel;
use astro_models::evaluation::Evaluation;
use astro_models::lesson::Lesson;
use astro_models::prior;
use astro_models::recommendation::{Head, RecommendationModel, fit};
use astro_models::train::{self, Start};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use uuid::Uuid;

use super::{begin, place, quick, uniform, until};

/// What each feature decides here: whether it is taken, what it brings, whether it annoys, which hour, how long.
const TAKEN: &str = "taken";
const BRINGS: &str = "priority";
const ANNOYS: &str = "shown_day";
const HOUR: &str = "hour_sin";
const LONG: &str = "left";

fn chance(logit: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-logit))
}

/// Suggestions, silences, tasks and hours of people. Silence is worth 0.5, an accepted suggestion as much as a feature
/// says.
fn exposures(people: u128, each: u128, seed: u64) -> Vec<Exposure> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut all = Vec::new();
    for person in 1..=people {
        for nth in 0..each {
            let mut row = Row([0.0; WIDTH]);
            for value in &mut row.0 {
                *value = 2.0 * uniform(&mut rng) - 1.0;
            }
            let of = |name: &str| row.0[place(name)];
            let (taken, brings, annoys, hour, long) =
                (of(TAKEN), of(BRINGS), of(ANNOYS), of(HOUR), of(LONG));
            let task = Uuid::from_u128(nth);
            let about = match nth % 4 {
                0 => About::Suggestion(task, RecommendationKind::NextTask),
                1 => About::Silence,
                2 => About::Task(task),
                _ => About::Slot(task, begin()),
            };
            let mut come = |chance: f32| uniform(&mut rng) < chance;
            let noise = if come(0.5) { 0.1 } else { -0.1 };
            let outcomes = match about {
                About::Suggestion(..) => {
                    let accepted = come(chance(3.0 * taken));
                    let responded = come(chance(2.0 * taken));
                    Outcomes {
                        accepted: Some(accepted),
                        started: Some(accepted && come(0.5)),
                        progress: accepted.then_some(1.0 + brings + noise),
                        burdened: Some(come(chance(3.0 * annoys - 1.0))),
                        responded: [Some(responded), Some(responded || come(0.3))],
                        minutes: Some(libm::expf(3.0 + long + 5.0 * noise)),
                        ..Outcomes::default()
                    }
                }
                About::Silence => Outcomes {
                    baseline: Some(0.5 + noise),
                    ..Outcomes::default()
                },
                About::Task(_) => Outcomes {
                    next: Some(if come(chance(4.0 * brings)) {
                        NextMove::Now
                    } else {
                        NextMove::Nothing
                    }),
                    ..Outcomes::default()
                },
                About::Slot(..) => Outcomes {
                    in_slot: Some(come(chance(3.0 * hour - 2.0))),
                    ..Outcomes::default()
                },
            };
            all.push(Exposure {
                person: Uuid::from_u128(person),
                decision: Uuid::from_u128(person << 64 | nth),
                at: begin() + SignedDuration::from_hours(i64::try_from(nth).unwrap()),
                about,
                p_speak: 0.5,
                p_choice: 0.5,
                propensity: if nth % 4 == 1 { 0.5 } else { 0.25 },
                row,
                outcomes,
                reward: None,
            });
        }
    }
    all
}

fn lesson() -> Lesson<Exposure> {
    Lesson {
        learn: exposures(24, 400, 1),
        check: exposures(24, 100, 2),
        learnt_until: until(),
        later: exposures(24, 100, 3),
        unseen: Vec::new(),
        until: until(),
    }
}

/// Until each head has found its rule.
fn enough() -> Settings {
    Settings {
        epochs: 40,
        ..quick(1)
    }
}

fn trained() -> RecommendationModel {
    let lesson = lesson();
    let (learn, check): (Vec<_>, Vec<_>) =
        (lesson.learn.iter().collect(), lesson.check.iter().collect());
    fit(&learn, &check, None, &enough(), None, |_, _| {})
        .unwrap()
        .model
}

fn row_with(values: &[(&str, f32)]) -> Row {
    let mut row = Row([0.0; WIDTH]);
    for (name, value) in values {
        row.0[place(name)] = *value;
    }
    row
}

#[test]
fn each_head_learns_its_own_rule() {
    let model = trained();
    let said = |values: &[(&str, f32)]| model.predict(&[row_with(values)]).remove(0);
    let (low, high) = (-0.9, 0.9);
    let rises = |head: Head, name: &str| {
        let chances = [low, high].map(|value| said(&[(name, value)]).chance(head));
        assert!(chances[0] + 0.25 < chances[1], "{head:?}: {chances:?}");
    };
    rises(Head::Accept, TAKEN);
    rises(Head::Start, TAKEN);
    rises(Head::Burden, ANNOYS);
    rises(Head::Slot, HOUR);
    rises(Head::Respond10, TAKEN);
    rises(Head::Respond30, TAKEN);
    let [little, much] = [low, high].map(|value| said(&[(BRINGS, value)]));
    assert!(
        little.progress < 0.6 && much.progress > 1.4,
        "{little:?} {much:?}"
    );
    assert!(little.moves[NextMove::Now as usize] < 0.3 && much.moves[NextMove::Now as usize] > 0.7);
    let silent: Vec<Row> = exposures(24, 100, 9)
        .into_iter()
        .filter(|one| one.about == About::Silence)
        .map(|one| one.row)
        .collect();
    let baselines = model.predict(&silent).into_iter().map(|said| said.baseline);
    let mean = baselines.sum::<f64>() / 600.0;
    assert!(silent.len() == 600 && (mean - 0.5).abs() < 0.05, "{mean}");
    let [short, long] = [low, high].map(|value| said(&[(LONG, value)]).minutes);
    assert!(
        short.is_sorted() && long.is_sorted() && short[1] * 2.0 < long[1],
        "{short:?} {long:?}"
    );
    assert!((little.moves.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    // worth: taken and bringing much beats silence, taken and bringing little does not, and annoying costs
    let worth = |values: &[(&str, f32)], price: f64| said(values).worth(0.5, price);
    assert!(worth(&[(TAKEN, high), (BRINGS, high)], 0.1) > 0.6);
    assert!(worth(&[(TAKEN, high), (BRINGS, low)], 0.1) < 0.5);
    assert!(worth(&[(ANNOYS, high)], 1.0) + 0.3 < worth(&[(ANNOYS, low)], 1.0));
}

#[test]
fn contributions_add_up_and_name_the_group_that_decides() {
    let model = trained();
    let reference = row_with(&[]);
    let row = row_with(&[(TAKEN, 0.9), (LONG, 0.5), (ANNOYS, -0.3)]);
    let line = model.lines.binary[Head::Accept as usize];
    let logit = |row: &Row| {
        let chance = model
            .predict(std::slice::from_ref(row))
            .remove(0)
            .chance(Head::Accept);
        // what it was before it was put right
        ((chance / (1.0 - chance)).ln() - line.intercept) / line.slope
    };
    let shares = model.contributions(&row, &reference, Head::Accept);
    let sum: f64 = shares.iter().map(|share| share.adds).sum();
    assert!(
        (sum - (logit(&row) - logit(&reference))).abs() < 1e-4,
        "{sum} {}",
        logit(&row)
    );
    let group = |name: &str| {
        registry::all()
            .find(|feature| feature.name == name)
            .unwrap()
            .group
    };
    assert_eq!(shares[0].group, group(TAKEN), "{shares:?}");
    assert_eq!(shares.len(), FeatureGroup::ALL.len());
    // what is as in the reference adds nothing
    let same = shares
        .iter()
        .find(|share| share.group == group(HOUR))
        .unwrap();
    assert!(same.adds.abs() < 1e-6, "{shares:?}");
    assert!(
        model
            .contributions(&row, &row, Head::Burden)
            .iter()
            .all(|share| share.adds.abs() < 1e-6)
    );
}

#[test]
fn the_same_lesson_gives_the_same_bytes_and_beats_what_only_counts() {
    let lesson = lesson();
    let train = |start| {
        let (manifest, weights) =
            train::recommender(&lesson, start, &enough(), None, &mut |_, _| {}).unwrap();
        (manifest, weights.to_bytes().unwrap())
    };
    let (manifest, bytes) = train(None);
    for _ in 0..2 {
        assert_eq!(train(None), (manifest.clone(), bytes.clone()));
    }
    let (_, known) = prior::load::<RecommendationModel>().unwrap();
    let start = Start {
        name: prior::NAME,
        model: &known,
    };
    let (from_prior, other) = train(Some(start));
    assert_eq!(from_prior.parent.as_deref(), Some("prior"));
    assert_ne!(other, bytes);
    let evaluation = manifest.evaluation.unwrap();
    assert_eq!(evaluation.slices.len(), Head::ALL.len());
    for slice in &evaluation.slices {
        let better = Evaluation::not_beaten(slice);
        // the rule is a line: nothing can beat logistic regression here
        assert!(
            better.iter().all(|name| *name == "logistic"),
            "{}: {better:?}",
            slice.name
        );
    }
    for measure in &evaluation.measures {
        let is_answerable =
            !measure.name.contains("silence") && !measure.name.contains("three best");
        assert!(!is_answerable || !measure.is_not_beaten(), "{measure:?}");
    }
}

#[test]
fn what_was_not_asked_teaches_nothing_and_stops_nothing() {
    // a server that has never suggested anything: silence, tasks and hours alone
    let mut lesson = lesson();
    for part in [&mut lesson.learn, &mut lesson.check, &mut lesson.later] {
        part.retain(|one| !matches!(one.about, About::Suggestion(..)));
    }
    let (manifest, weights) =
        train::recommender(&lesson, None, &quick(1), None, &mut |_, _| {}).unwrap();
    assert!(
        weights
            .0
            .values()
            .all(|array| array.values.iter().all(|value| value.is_finite()))
    );
    let evaluation = manifest.evaluation.unwrap();
    let names: Vec<&str> = evaluation
        .slices
        .iter()
        .map(|slice| slice.name.as_str())
        .collect();
    assert_eq!(names, ["later, slot"]);
}

#[test]
fn a_model_of_one_kind_is_not_read_as_another() {
    let root = tempfile::tempdir().unwrap();
    let (manifest, weights) =
        train::recommender(&lesson(), None, &quick(1), None, &mut |_, _| {}).unwrap();
    let version = artifact::write(root.path(), manifest, &weights).unwrap();
    let (found, model) = artifact::load::<RecommendationModel>(root.path(), &version).unwrap();
    assert_eq!(model.weights(), weights);
    artifact::verify(root.path(), found.what, &version).unwrap();
    let wrong = root.path().join("completion");
    std::fs::rename(root.path().join("recommender"), &wrong).unwrap();
    let error = artifact::load::<CompletionModel>(root.path(), &version).unwrap_err();
    assert!(matches!(error, ArtifactError::Kind(_)), "{error}");
}

/// So many tasks of somebody, all alike.
fn somebody(tasks: u128) -> Person {
    let mut person = Person::new(astro_core::calendar::TimeZone::UTC);
    for number in 1..=tasks {
        person.apply(&Fact {
            id: Uuid::from_u128(number),
            task: Some(Uuid::from_u128(number)),
            at: begin(),
            recorded_at: begin(),
            what: Happened::Created(Box::new(Says {
                priority: Some(u8::try_from(number % 10).unwrap()),
                ..Says::default()
            })),
        });
    }
    person
}

#[test]
fn a_shortlist_holds_the_best_and_some_of_the_rules() {
    let (_, model) = prior::load::<RecommendationModel>().unwrap();
    let person = somebody(60);
    let now: Timestamp = begin() + SignedDuration::from_hours(9);
    let scene = Scene::new(&person, Moment::at(now));
    let short = model.shortlist(&scene, 12).unwrap();
    assert_eq!(short.candidates.len(), 12);
    let ids: Vec<Uuid> = short.candidates.iter().map(|(id, _)| *id).collect();
    for id in candidates(&scene, 3) {
        assert!(ids.contains(&id));
    }
    let all = model.shortlist(&scene, 100).unwrap();
    assert_eq!(all.candidates.len(), 60);
    let best: Vec<Uuid> = all.candidates.iter().take(9).map(|(id, _)| *id).collect();
    assert!(best.iter().all(|id| ids.contains(id)));
    let worth: Vec<f64> = all.worth(0.0).map(|(_, worth)| worth).collect();
    assert!(worth.is_sorted_by(|a, b| a >= b));
    let nobody = somebody(0);
    let short = model
        .shortlist(&Scene::new(&nobody, Moment::at(now)), 12)
        .unwrap();
    assert!(short.candidates.is_empty() && short.silence.baseline.is_finite());
}
