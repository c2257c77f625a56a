//! What the product knows before it knows anybody: a net trained on simulated people (worlds W1 and W2),
//! which ships with the binary. `cargo xtask prior` makes it, with `--check` it proves where it comes from.

use astro_core::models::ModelKind;

use crate::artifact::{self, ArtifactError, Manifest};
use crate::completion::CompletionModel;

/// The name under which versions call it their parent.
pub const NAME: &str = "prior";

const MANIFEST: &[u8] = include_bytes!("../prior/completion/manifest.json");
const WEIGHTS: &[u8] = include_bytes!("../prior/completion/weights.safetensors");

/// The completion prior, checked like any other artifact.
///
/// # Errors
/// When this build's features are not those that it was trained on: a change of features needs a new one.
pub fn completion() -> Result<(Manifest, CompletionModel), ArtifactError> {
    let (manifest, weights) = artifact::check(ModelKind::Completion, MANIFEST, WEIGHTS)?;
    let model = CompletionModel::from_weights(weights, manifest.lines)?;
    Ok((manifest, model))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prior_fits_this_build_and_beats_what_it_was_judged_against() {
        let (manifest, model) = completion().unwrap();
        assert_eq!(model.weights().to_bytes().unwrap(), WEIGHTS);
        for slice in manifest.evaluation.unwrap().slices {
            let beaten = crate::evaluation::Evaluation::not_beaten(&slice);
            assert!(beaten.is_empty(), "{}: {beaten:?}", slice.name);
        }
    }
}
