//! A trained model, as it serves: a net, what makes its rows alike, and what puts its numbers right.

use astro_core::models::ModelKind;
use burn::tensor::Device;

use crate::artifact::Calibration;
use crate::dense::Source;
use crate::net::Net;
use crate::scaler::Scaler;
use crate::weights::{Weights, WeightsError};

/// What puts the numbers of a kind of net right, and tells the kind.
pub trait Lines: Copy + Default {
    const KIND: ModelKind;
    /// So many numbers its net says.
    const OUTPUTS: usize;

    /// From what a manifest says; nothing where that is of another kind.
    fn of(calibration: Calibration) -> Option<Self>;
    fn is_finite(&self) -> bool;
}

/// A net that serves: it never changes, and can be shared.
#[derive(Clone, Debug)]
pub struct Model<L> {
    pub(crate) net: Net,
    pub(crate) scaler: Scaler,
    pub lines: L,
    pub(crate) device: Device,
}

impl<L: Lines> Model<L> {
    /// A model of given numbers.
    ///
    /// # Errors
    /// When they are not exactly those of this net.
    pub fn from_weights(mut weights: Weights, lines: L) -> Result<Self, WeightsError> {
        let device = crate::device::cpu();
        let scaler = Scaler::load(&mut weights)?;
        let net = Net::new(&mut Source::Weights(&mut weights), L::OUTPUTS, &device)?;
        weights.used_up()?;
        if !lines.is_finite() {
            return Err(WeightsError::NotFinite("lines".to_owned()));
        }
        Ok(Self {
            net,
            scaler,
            lines,
            device,
        })
    }

    /// All its numbers.
    pub fn weights(&self) -> Weights {
        let mut weights = Weights::default();
        self.net.collect(&mut weights);
        self.scaler.collect(&mut weights);
        weights
    }
}
