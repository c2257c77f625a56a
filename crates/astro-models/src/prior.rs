//! What the product knows before it knows anybody: nets trained on simulated people (worlds W1 and W2),
//! which ship with the binary. `cargo xtask prior` makes them, with `--check` it proves where they come from.

use crate::artifact::{self, ArtifactError, Kept, Manifest};
use crate::completion::CompletionModel;
use crate::recommendation::RecommendationModel;

/// The name under which versions call it their parent.
pub const NAME: &str = "prior";

/// A model that ships with the product.
pub trait Shipped: Kept {
    const MANIFEST: &'static [u8];
    const WEIGHTS: &'static [u8];
}

impl Shipped for CompletionModel {
    const MANIFEST: &'static [u8] = include_bytes!("../prior/completion/manifest.json");
    const WEIGHTS: &'static [u8] = include_bytes!("../prior/completion/weights.safetensors");
}

impl Shipped for RecommendationModel {
    const MANIFEST: &'static [u8] = include_bytes!("../prior/recommender/manifest.json");
    const WEIGHTS: &'static [u8] = include_bytes!("../prior/recommender/weights.safetensors");
}

/// The prior of a kind, checked like any other artifact.
///
/// # Errors
/// When this build's features are not those that it was trained on: a change of features needs a new one.
pub fn load<M: Shipped>() -> Result<(Manifest, M), ArtifactError> {
    let (manifest, weights) = artifact::check(M::KIND, M::MANIFEST, M::WEIGHTS)?;
    let model = M::of(&manifest, weights)?;
    Ok((manifest, model))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::Evaluation;
    use crate::weights::Weights;

    /// What it is no better than; its manifest must fit this build, and its numbers be read as they were written.
    fn not_beaten<M: Shipped>(weights: impl Fn(&M) -> Weights) -> Vec<String> {
        let (manifest, model) = load::<M>().unwrap();
        assert_eq!(weights(&model).to_bytes().unwrap(), M::WEIGHTS);
        let evaluation = manifest.evaluation.unwrap();
        let by_slice = evaluation.slices.iter().flat_map(|slice| {
            let models = Evaluation::not_beaten(slice).into_iter();
            models.map(|model| format!("{}: {model}", slice.name))
        });
        let measures = evaluation.measures.iter();
        let lost = measures.filter(|measure| measure.is_not_beaten());
        let lost = lost.map(|measure| format!("{}: {}", measure.slice, measure.name));
        by_slice.chain(lost).collect()
    }

    #[test]
    fn priors_fit_this_build_and_beat_what_they_were_judged_against() {
        let nothing: [String; 0] = [];
        assert_eq!(not_beaten(CompletionModel::weights), nothing);
        assert_eq!(not_beaten(RecommendationModel::weights), nothing);
    }
}
