//! Layers of a net, made from a seed or from an artifact. The framework's own random numbers are one
//! state for the whole process; these are a function of the seed.

use burn::module::{Param, ParamId};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore as _;

use crate::weights::{Weights, WeightsError};

/// Where a layer's numbers come from.
pub(crate) enum Source<'a> {
    Seed(&'a mut ChaCha8Rng),
    Weights(&'a mut Weights),
}

/// A layer of a net: `[inputs, outputs]` and a bias of `[outputs]`. The place of a layer in its net must be its own:
/// the optimizer's memory is found by it again.
pub(crate) fn layer(
    source: &mut Source<'_>,
    place: u64,
    name: &str,
    (inputs, outputs): (usize, usize),
    device: &Device,
) -> Result<Linear, WeightsError> {
    let names = [format!("{name}.weight"), format!("{name}.bias")];
    let (weight, bias) = match source {
        // He et al. (2015), as PyTorch begins a linear layer
        Source::Seed(rng) => {
            let bound = libm::sqrtf(1.0 / crate::maths::single(crate::maths::count(inputs)));
            let mut draw =
                |len: usize| (0..len).map(|_| bound * symmetric(rng)).collect::<Vec<_>>();
            (draw(inputs * outputs), draw(outputs))
        }
        Source::Weights(weights) => (
            weights.take(&names[0], &[inputs, outputs])?,
            weights.take(&names[1], &[outputs])?,
        ),
    };
    let mut weight =
        Param::<Tensor<2>>::from_data(TensorData::new(weight, [inputs, outputs]), device);
    let mut bias = Param::<Tensor<1>>::from_data(TensorData::new(bias, [outputs]), device);
    weight.id = ParamId::from(2 * place + 1);
    bias.id = ParamId::from(2 * place + 2);
    Ok(Linear {
        weight,
        bias: Some(bias),
    })
}

/// Writes a layer's numbers down.
pub(crate) fn collect(weights: &mut Weights, name: &str, layer: &Linear) {
    let [inputs, outputs] = layer.weight.dims();
    weights.insert(
        format!("{name}.weight"),
        vec![inputs, outputs],
        numbers(layer.weight.val()),
    );
    if let Some(bias) = &layer.bias {
        weights.insert(format!("{name}.bias"), vec![outputs], numbers(bias.val()));
    }
}

/// The numbers of a tensor; the CPU backend always has them.
pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as::<f32>().unwrap_or_default()
}

/// Rows of an array that lies row by row, as a batch `[places, width]`.
pub(crate) fn gathered(all: &[f32], width: usize, places: &[usize], device: &Device) -> Tensor<2> {
    let mut values = Vec::with_capacity(places.len() * width);
    for place in places {
        values.extend_from_slice(&all[place * width..(place + 1) * width]);
    }
    Tensor::from_data(TensorData::new(values, [places.len(), width]), device)
}

/// A number from -1 to 1, of 24 bits.
fn symmetric(rng: &mut ChaCha8Rng) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
    let uniform = (rng.next_u32() >> 8) as f32 / (1 << 24) as f32;
    2.0 * uniform - 1.0
}
