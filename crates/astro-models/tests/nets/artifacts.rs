//! What artifacts refuse.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use astro_core::models::ModelKind;
use astro_models::artifact::{self, ArtifactError, FORMAT, Manifest, Version};
use astro_models::completion::CompletionModel;
use astro_models::{Weights, train};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

use super::{lesson, quick};

const MANIFEST: &str = "manifest.json";
const WEIGHTS: &str = "weights.safetensors";

/// A root with one sound version.
fn sound() -> (tempfile::TempDir, Version) {
    let root = tempfile::tempdir().unwrap();
    let (manifest, weights) = made();
    let version = artifact::write(root.path(), manifest, &weights).unwrap();
    (root, version)
}

fn made() -> (Manifest, Weights) {
    train::completion(&lesson(12, 50), None, &quick(1), None, &mut |_, _| {}).unwrap()
}

fn read(root: &Path, version: &Version) -> Result<(), ArtifactError> {
    artifact::load::<CompletionModel>(root, version).map(drop)
}

#[test]
fn what_was_written_is_read_and_written_again_is_the_same_version() {
    let (root, version) = sound();
    let (manifest, model) = artifact::load::<CompletionModel>(root.path(), &version).unwrap();
    let (again, weights) = made();
    assert_eq!(model.weights(), weights);
    assert_eq!(manifest.data, again.data);
    assert_eq!(
        artifact::write(root.path(), again, &weights).unwrap(),
        version
    );
    // nothing half-written is left beside it
    let names = fs::read_dir(root.path().join("completion")).unwrap();
    assert_eq!(names.count(), 1);
}

#[test]
fn what_was_damaged_is_whole_when_it_is_written_again() {
    let (root, version) = sound();
    let folder = artifact::folder(root.path(), ModelKind::Completion, &version);
    let (manifest, weights) = made();
    for file in [WEIGHTS, MANIFEST] {
        let path = folder.join(file);
        let before = fs::read(&path).unwrap();
        let mut flipped = before.clone();
        flipped[before.len() / 2] ^= 1;
        for damaged in [&flipped[..], &before[..before.len() / 2], &[]] {
            fs::write(&path, damaged).unwrap();
            assert!(read(root.path(), &version).is_err());
            let again = artifact::write(root.path(), manifest.clone(), &weights).unwrap();
            assert_eq!(again, version);
            read(root.path(), &version).unwrap();
            assert_eq!(fs::read(&path).unwrap(), before);
        }
        fs::remove_file(&path).unwrap();
        artifact::write(root.path(), manifest.clone(), &weights).unwrap();
        read(root.path(), &version).unwrap();
    }
    assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 1);
}

/// Three hundred ways to damage one of the two files, drawn at random: none is read.
#[test]
fn no_damaged_file_is_read() {
    let (root, version) = sound();
    let folder = artifact::folder(root.path(), ModelKind::Completion, &version);
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for number in 0..300 {
        let path = folder.join(if number % 3 == 0 { MANIFEST } else { WEIGHTS });
        let before = fs::read(&path).unwrap();
        let mut bytes = before.clone();
        let mut below = |most: usize| usize::try_from(rng.next_u64() % most as u64).unwrap();
        match number % 5 {
            0 => bytes.truncate(below(before.len())),
            1 => bytes[below(before.len())] ^= 1 << (number % 8),
            2 => bytes.extend_from_slice(b"more"),
            3 => {
                let from = below(before.len() - 8);
                bytes[from..from + 8].fill(0xff);
            }
            _ => bytes.clear(),
        }
        if bytes == before {
            continue;
        }
        fs::write(&path, &bytes).unwrap();
        let found = read(root.path(), &version);
        assert!(found.is_err(), "damage {number} was read");
        fs::write(&path, &before).unwrap();
    }
    read(root.path(), &version).unwrap();
}

/// Files whose hashes are right, as somebody would write them who means harm: what they say is checked all the same.
#[test]
fn files_with_good_hashes_and_bad_content_are_refused() {
    let (manifest, weights) = made();
    let with = |manifest: &Manifest, weights: &Weights| {
        let root = tempfile::tempdir().unwrap();
        let version = artifact::write(root.path(), manifest.clone(), weights).unwrap();
        read(root.path(), &version)
    };
    with(&manifest, &weights).unwrap();
    let mut nan = weights.clone();
    nan.0.get_mut("heads.bias").unwrap().values[3] = f32::NAN;
    let mut narrow = weights.clone();
    narrow.0.get_mut("trunk.0.weight").unwrap().shape.reverse();
    let mut more = weights.clone();
    more.insert("extra", vec![1], vec![0.0]);
    let mut less = weights.clone();
    less.0.remove("trunk.1.bias");
    for (what, bad) in [
        ("NaN", nan),
        ("shape", narrow),
        ("more", more),
        ("less", less),
    ] {
        assert!(
            matches!(with(&manifest, &bad), Err(ArtifactError::Weights(_))),
            "{what}"
        );
    }
    let older = Manifest {
        feature_schema: "00".repeat(32),
        ..manifest.clone()
    };
    assert!(matches!(with(&older, &weights), Err(ArtifactError::Schema)));
    let newer = Manifest {
        format: FORMAT + 1,
        ..manifest
    };
    assert!(matches!(
        with(&newer, &weights),
        Err(ArtifactError::Format(_))
    ));
}

#[test]
fn links_giants_and_other_names_are_refused() {
    let (root, version) = sound();
    let folder = artifact::folder(root.path(), ModelKind::Completion, &version);
    let path = folder.join(WEIGHTS);
    let bytes = fs::read(&path).unwrap();
    let elsewhere = root.path().join("elsewhere");
    fs::write(&elsewhere, &bytes).unwrap();
    fs::remove_file(&path).unwrap();
    symlink(&elsewhere, &path).unwrap();
    assert!(matches!(
        read(root.path(), &version),
        Err(ArtifactError::NotPlain(_))
    ));
    fs::remove_file(&path).unwrap();
    assert!(matches!(
        read(root.path(), &version),
        Err(ArtifactError::Io { .. })
    ));
    let giant = fs::File::create(&path).unwrap();
    giant.set_len(1 << 33).unwrap();
    assert!(matches!(
        read(root.path(), &version),
        Err(ArtifactError::TooLong { .. })
    ));
    fs::write(&path, &bytes).unwrap();
    let other = Version::parse("0123456789abcdef").unwrap();
    fs::rename(
        &folder,
        artifact::folder(root.path(), ModelKind::Completion, &other),
    )
    .unwrap();
    assert!(matches!(
        read(root.path(), &other),
        Err(ArtifactError::Name)
    ));
    assert!(
        Version::parse("../../etc/passwd").is_none()
            && Version::parse("0123456789ABCDEF").is_none()
    );
}

/// A giant header in a file whose hash the manifest names.
#[test]
fn a_giant_header_is_refused_before_it_is_read() {
    let (root, version) = sound();
    let folder = artifact::folder(root.path(), ModelKind::Completion, &version);
    let mut weights = fs::read(folder.join(WEIGHTS)).unwrap();
    weights[..8].copy_from_slice(&(90_u64 << 20).to_le_bytes());
    let text = fs::read_to_string(folder.join(MANIFEST)).unwrap();
    let (old, _) = artifact::read(root.path(), ModelKind::Completion, &version).unwrap();
    let new = format!("{:x}", Sha256::digest(&weights));
    let manifest = text.replace(&old.weights_sha256, &new);
    let found = artifact::check(ModelKind::Completion, manifest.as_bytes(), &weights);
    assert!(matches!(found, Err(ArtifactError::Weights(_))));
}
