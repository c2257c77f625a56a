//! What training promises.

use std::panic::{AssertUnwindSafe, catch_unwind};

use astro_models::artifact::Kept;
use astro_models::completion::CompletionModel;
use astro_models::evaluation::{Evaluation, NET};
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

#[test]
fn a_damaged_checkpoint_is_told_and_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let train = || {
        train::completion(
            &lesson(12, 100),
            None,
            &quick(1),
            Some(folder.path()),
            &mut |_, _| {},
        )
    };
    train().unwrap();
    let path = folder.path().join("checkpoint");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(train(), Err(TrainError::Checkpoint(_))));
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
