//! What training promises.

use std::panic::{AssertUnwindSafe, catch_unwind};

use astro_data::Example;
use astro_models::artifact::Kept;
use astro_models::completion::CompletionModel;
use astro_models::evaluation::{Evaluation, NET};
use astro_models::lesson::Lesson;
use astro_models::train::{self, Start, TrainError};
use astro_models::{Settings, Weights};

use super::{examples, lesson, place, quick};

fn trained(settings: &Settings) -> Weights {
    let (_, weights) =
        train::completion(&lesson(12, 100), None, settings, None, &mut |_, _| {}).unwrap();
    weights
}

#[test]
fn it_learns_what_is_there_to_learn() {
    let settings = Settings {
        epochs: 20,
        ..Settings::default()
    };
    let lesson = lesson(20, 200);
    let (manifest, weights) =
        train::completion(&lesson, None, &settings, None, &mut |_, _| {}).unwrap();
    let slice = &manifest.evaluation.as_ref().unwrap().slices[0];
    assert_eq!(
        Evaluation::not_beaten(slice)
            .iter()
            .filter(|name| **name != "logistic")
            .count(),
        0
    );
    let net = slice
        .models
        .iter()
        .find(|model| model.model == NET)
        .unwrap();
    assert!(
        net.figures.auc > 0.85 && net.figures.ece < 0.05,
        "{:?}",
        net.figures
    );
    let model = <CompletionModel as Kept>::of(&manifest, weights).unwrap();
    let judged = examples(10, 200, 4);
    let rows: Vec<_> = judged.iter().map(|example| example.row.clone()).collect();
    let said = model.predict(&rows);
    let minutes: Vec<_> = judged
        .iter()
        .zip(&said)
        .filter_map(|(example, said)| Some((example.minutes?, said.minutes)))
        .collect();
    let inside = minutes
        .iter()
        .filter(|(took, [low, _, high])| (*low..=*high).contains(&f64::from(*took)));
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let coverage = inside.count() as f64 / minutes.len() as f64;
    assert!(
        (0.7..0.9).contains(&coverage),
        "an 80 % interval holds {coverage}"
    );
    assert!(
        minutes
            .iter()
            .all(|(_, [low, middle, high])| low <= middle && middle <= high)
    );
    // what is left of the work is what says how long it takes
    let mut longer = rows[0].clone();
    longer.0[place("left")] += 1.0;
    let said = model.predict(&[rows[0].clone(), longer]);
    assert!(said[1].minutes[1] > 1.5 * said[0].minutes[1]);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let bytes = |seed| trained(&quick(seed)).to_bytes().unwrap();
    let first = bytes(1);
    assert_eq!(first, bytes(1));
    assert_eq!(first, bytes(1));
    assert_ne!(first, bytes(2));
}

#[test]
fn what_was_cut_off_ends_as_if_it_had_not_been() {
    let whole = trained(&quick(1));
    for cut in 1..=5 {
        let folder = tempfile::tempdir().unwrap();
        let lesson = lesson(12, 100);
        let cut_off = catch_unwind(AssertUnwindSafe(|| {
            train::completion(
                &lesson,
                None,
                &quick(1),
                Some(folder.path()),
                &mut |pass, _| {
                    assert!(pass < cut, "the power goes");
                },
            )
        }));
        assert!(cut_off.is_err());
        let mut passes = Vec::new();
        let gone_on = train::completion(
            &lesson,
            None,
            &quick(1),
            Some(folder.path()),
            &mut |pass, _| {
                passes.push(pass);
            },
        );
        assert_eq!(gone_on.unwrap().1, whole, "cut off after pass {cut}");
        assert_eq!(passes, [1, 2, 3, 4, 5, 6]);
    }
}

#[test]
fn what_was_reached_on_other_examples_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let train = |lesson: &_| {
        train::completion(lesson, None, &quick(1), Some(folder.path()), &mut |_, _| {})
            .unwrap()
            .1
    };
    train(&lesson(14, 100));
    assert_eq!(train(&lesson(12, 100)), trained(&quick(1)));
}

/// The power goes after three of six passes, and then the file is damaged.
#[test]
fn a_damaged_checkpoint_costs_time_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let lesson = lesson(12, 100);
    let train = |most| {
        let settings = quick(1);
        let mut after_pass = |pass, _| assert!(pass < most, "the power goes");
        let folder = Some(folder.path());
        train::completion(&lesson, None, &settings, folder, &mut after_pass)
    };
    let whole = train::completion(&lesson, None, &quick(1), None, &mut |_, _| {}).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| train(3))).is_err());
    let path = folder.path().join("checkpoint");
    let bytes = std::fs::read(&path).unwrap();
    let len = bytes.len();
    let mut damages = vec![Vec::new(), b"garbage".to_vec(), vec![b'\n'; 200]];
    damages.push([&bytes[..], b"more"].concat());
    damages.extend([1, len / 2, len - 1].map(|end| bytes[..end].to_vec()));
    // in the hash, in the line of JSON, in the numbers now, in the best ones, and in the optimizer's
    for place in [3, 90, len / 6, len / 3, len / 2, len - 1_000] {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        damages.push(flipped);
    }
    for (number, damaged) in damages.iter().enumerate() {
        std::fs::write(&path, damaged).unwrap();
        assert_eq!(train(u32::MAX).unwrap(), whole, "damage {number}");
    }
    // what cannot be read for another reason is no damage
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(train(u32::MAX), Err(TrainError::Checkpoint(_))));
}

#[test]
fn with_too_little_to_learn_from_nothing_is_trained() {
    let little = lesson(2, 20);
    let error = train::completion(&little, None, &quick(1), None, &mut |_, _| {}).unwrap_err();
    assert!(
        matches!(
            error,
            TrainError::TooLittle {
                learn: 40,
                check: 20
            }
        ),
        "{error}"
    );
}

/// What is known already is worth something: a start from it is better after the same little data.
#[test]
fn a_start_that_knows_is_better_than_none() {
    let (manifest, weights) = train::completion(
        &lesson(20, 200),
        None,
        &Settings::default(),
        None,
        &mut |_, _| {},
    )
    .unwrap();
    let known = <CompletionModel as Kept>::of(&manifest, weights).unwrap();
    let start = Start {
        name: "known",
        model: &known,
    };
    let little = lesson(4, 60);
    let loss = |start| {
        let (manifest, _) =
            train::completion(&little, start, &Settings::fine(), None, &mut |_, _| {}).unwrap();
        let slice = &manifest.evaluation.unwrap().slices[0];
        slice.models[0].figures.log_loss
    };
    assert!(loss(Some(start)) < loss(None));
}

#[test]
fn what_a_prior_never_saw_vary_is_silent_at_first_and_then_begins_to_count() {
    let seeing = lesson(20, 200);
    let mut blind = seeing.clone();
    for part in [&mut blind.learn, &mut blind.check, &mut blind.later] {
        for example in part.iter_mut() {
            example.row.0[place("priority")] = 0.0;
        }
    }
    let model = |lesson: &Lesson<Example>, epochs, start: Option<&CompletionModel>| {
        let settings = Settings {
            epochs,
            ..Settings::default()
        };
        let start = start.map(|model| Start {
            name: "prior",
            model,
        });
        let made = train::completion(lesson, start, &settings, None, &mut |_, _| {});
        let (manifest, weights) = made.unwrap();
        <CompletionModel as Kept>::of(&manifest, weights).unwrap()
    };
    let prior = model(&blind, 6, None);
    let rows = [-0.9, 0.9].map(|priority| {
        let mut row = seeing.later[0].row.clone();
        row.0[place("priority")] = priority;
        row
    });
    let chances = |model: &CompletionModel| {
        let said = model.predict(&rows);
        (said[0].days[2], said[1].days[2])
    };
    let (low, high) = chances(&model(&seeing, 0, Some(&prior)));
    assert!((low - high).abs() < 1e-9, "{low} {high}");
    let (low, high) = chances(&model(&seeing, 12, Some(&prior)));
    assert!(low + 0.2 < high, "{low} {high}");
}
