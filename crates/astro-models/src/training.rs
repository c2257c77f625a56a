//! The loop that trains any net: shuffled batches, a check after each pass, an end when nothing gets
//! better. The same examples, settings and seed give the same bytes.

mod checkpoint;

use std::path::Path;

use astro_data::Row;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

pub use checkpoint::CheckpointError;
use checkpoint::{Checkpoint, State};

use crate::dense::Source;
use crate::maths::count;
use crate::model::{Lines, Model};
use crate::net::Net;
use crate::scaler::Scaler;
use crate::weights::{Weights, WeightsError};

/// How a net is trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub seed: u64,
    /// Passes over all examples, at most.
    pub epochs: u32,
    /// It ends after so many passes in which nothing got better.
    pub patience: u32,
    pub batch: usize,
    /// Step size at the beginning; it falls along half a cosine over `epochs` (Loshchilov and Hutter,
    /// 2017).
    pub learning_rate: f64,
    pub weight_decay: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            epochs: 40,
            patience: 5,
            batch: 256,
            learning_rate: 2e-3,
            weight_decay: 1e-2,
        }
    }
}

impl Settings {
    /// For a net that knows something already: smaller steps, so that little is unlearnt.
    pub fn fine() -> Self {
        Self {
            learning_rate: 5e-4,
            ..Self::default()
        }
    }
}

/// What a set of examples is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Learn,
    Check,
}

/// What a loop needs of a kind of net and its examples.
pub(crate) trait Learner {
    type Lines: Lines;

    fn scaler(&self) -> &Scaler;
    /// How many examples there are.
    fn len(&self, part: Part) -> usize;
    /// Mean loss of a batch of a part, of shape `[1]`.
    fn loss(&self, net: &Net, part: Part, places: &[usize], device: &Device) -> Tensor<1>;
    /// Says what is learnt from, so that a checkpoint of something else is not gone on with.
    fn fingerprint(&self) -> String;

    /// The loss on examples that are not learnt from.
    fn check(&self, net: &Net) -> f64 {
        let device = crate::device::cpu();
        let places: Vec<usize> = (0..self.len(Part::Check)).collect();
        let sum: f64 = places
            .chunks(1_024)
            .map(|places| {
                let loss = self.loss(net, Part::Check, places, &device);
                f64::from(loss.into_scalar::<f32>()) * count(places.len())
            })
            .sum();
        sum / count(places.len()).max(1.0)
    }

    fn weights(&self, net: &Net) -> Weights {
        let mut weights = Weights::default();
        net.collect(&mut weights);
        self.scaler().collect(&mut weights);
        weights
    }

    /// Numbers of a net that knows nothing yet.
    fn begin(&self, seed: u64) -> Result<Weights, WeightsError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let source = &mut Source::Seed(&mut rng);
        let net = Net::new(source, Self::Lines::OUTPUTS, &crate::device::cpu())?;
        Ok(self.weights(&net))
    }

    /// Numbers of what a prior knows. What it never saw vary has said nothing yet: the chance numbers that its net has there
    /// must not begin to speak.
    fn go_on(&self, prior: &Model<Self::Lines>) -> Weights {
        let mut weights = prior.weights();
        for place in prior.scaler.unlike(self.scaler()) {
            Net::silence(&mut weights, place);
        }
        self.scaler().collect(&mut weights);
        weights
    }

    /// A net of these numbers on a device.
    fn net(&self, mut weights: Weights, device: &Device) -> Result<Net, WeightsError> {
        Scaler::load(&mut weights)?;
        let net = Net::new(
            &mut Source::Weights(&mut weights),
            Self::Lines::OUTPUTS,
            device,
        )?;
        weights.used_up()?;
        Ok(net)
    }
}

/// A trained model and how it came about.
#[derive(Clone, Debug)]
pub struct Fitted<L> {
    pub model: Model<L>,
    /// After each pass: the mean loss while learning, and on what is not learnt from.
    pub passes: Vec<Pass>,
    /// The pass whose numbers were kept, from 1; 0 is what training began with.
    pub best: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pass {
    pub train: f64,
    pub check: f64,
}

/// What makes rows alike: as a prior has it, and by the rows that are learnt from where it has nothing.
pub(crate) fn scaler<'a, L>(
    prior: Option<&Model<L>>,
    rows: impl Iterator<Item = &'a Row> + Clone,
) -> Scaler {
    let own = Scaler::of(rows);
    match prior {
        Some(prior) => prior.scaler.or(&own),
        None => own,
    }
}

/// Trains from what a prior knows, or from nothing; what puts the numbers right is still to be found. With a folder,
/// what was reached is kept there after each pass, and a loop that was cut off goes on where it was. `after_pass` is
/// told of each pass, for a progress bar.
pub(crate) fn train<L: Learner>(
    learner: &L,
    prior: Option<&Model<L::Lines>>,
    settings: &Settings,
    folder: Option<&Path>,
    mut after_pass: impl FnMut(u32, Pass),
) -> Result<Fitted<L::Lines>, CheckpointError> {
    let begin = match prior {
        Some(prior) => learner.go_on(prior),
        None => learner.begin(settings.seed)?,
    };
    let device = crate::device::cpu();
    let training = device.clone().autodiff();
    let fingerprint = format!("{} {settings:?}", learner.fingerprint());
    let checkpoint = folder.map(|folder| Checkpoint::new(folder, fingerprint));
    let config = AdamWConfig::new()
        .with_weight_decay(settings.weight_decay)
        .with_epsilon(1e-8);
    let kept = checkpoint
        .as_ref()
        .map(Checkpoint::latest)
        .transpose()?
        .flatten();
    // what another build kept may not fit this one; it is made anew, and nothing is lost but time
    let fitting = kept.and_then(|(state, memory)| {
        learner.net(state.now.clone(), &device).ok()?;
        learner.net(state.best.clone(), &device).ok()?;
        let memory = burn::tensor::Bytes::from_bytes_vec(memory);
        Some((state, config.init().from_bytes(memory).ok()?))
    });
    let (mut state, mut optimizer) = if let Some(fitting) = fitting {
        fitting
    } else {
        let check = learner.check(&learner.net(begin.clone(), &device)?);
        (State::begin(begin, check), config.init())
    };
    for (pass, reached) in state.passes.iter().enumerate() {
        after_pass(u32::try_from(pass + 1).unwrap_or(u32::MAX), *reached);
    }
    let mut net = learner.net(state.now.clone(), &training)?;
    while state.goes_on(settings) {
        let pass = state.pass() + 1;
        let train;
        (net, train) = pass_over(learner, net, &mut optimizer, settings, pass, &training);
        let weights = learner.weights(&net);
        let check = learner.check(&learner.net(weights.clone(), &device)?);
        state.reached(weights, Pass { train, check });
        if let Some(checkpoint) = &checkpoint {
            let bytes = optimizer
                .into_bytes()
                .map_err(|error| CheckpointError::Optimizer(error.to_string()))?;
            checkpoint.keep(&state, &bytes)?;
        }
        after_pass(pass, Pass { train, check });
    }
    let State {
        best,
        best_pass,
        passes,
        ..
    } = state;
    Ok(Fitted {
        model: Model::from_weights(best, L::Lines::default())?,
        passes,
        best: best_pass,
    })
}

/// Steps through all examples once, in an order of the pass; answers the net and the mean loss on the way.
fn pass_over<L: Learner>(
    learner: &L,
    mut net: Net,
    optimizer: &mut ModuleOptimizer,
    settings: &Settings,
    pass: u32,
    device: &Device,
) -> (Net, f64) {
    let rate = settings.rate(pass);
    let (mut sum, mut batches) = (0.0, 0.0);
    for places in
        shuffled(learner.len(Part::Learn), settings.seed, pass).chunks(settings.batch.max(1))
    {
        let loss = learner.loss(&net, Part::Learn, places, device);
        let grads = GradientsParams::from_grads(loss.backward(), &net);
        sum += f64::from(loss.into_scalar::<f32>());
        batches += 1.0;
        net = optimizer.step(rate, net, grads);
    }
    (net, sum / f64::max(batches, 1.0))
}

impl Settings {
    /// The step size of a pass, from 1.
    fn rate(&self, pass: u32) -> f64 {
        let along = f64::from(pass - 1) / f64::from(self.epochs.max(1));
        self.learning_rate * 0.5 * (1.0 + libm::cos(core::f64::consts::PI * along))
    }
}

/// All places in an order of their own for each pass (Fisher and Yates).
fn shuffled(len: usize, seed: u64, pass: u32) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(pass));
    let mut places: Vec<usize> = (0..len).collect();
    for last in (1..len).rev() {
        let other = usize::try_from(rng.next_u64() % (last as u64 + 1)).unwrap_or(last);
        places.swap(last, other);
    }
    places
}
