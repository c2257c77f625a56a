//! The numbers of a net, by name, and the safetensors file that holds them: data, never code.

use std::collections::{BTreeMap, HashMap};

use safetensors::{Dtype, SafeTensors};

/// A file may be so long, and its header. A net of this product has some 10,000 numbers.
pub const MAX_BYTES: usize = 8 << 20;
const MAX_HEADER: u64 = 64 << 10;

/// One array of a net, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// All arrays of a net.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights(pub BTreeMap<String, Array>);

/// Why numbers are not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    #[error("the file has {0} bytes; {MAX_BYTES} at most are read")]
    TooLong(usize),
    #[error("its header says that it has {0} bytes; {MAX_HEADER} at most are read")]
    Header(u64),
    #[error("it is no safetensors file: {0}")]
    Format(String),
    #[error("`{0}` is missing")]
    Missing(String),
    #[error("`{0}` belongs to no part of this net")]
    Unknown(String),
    #[error("`{name}` has the shape {found:?} in place of {wanted:?}")]
    Shape {
        name: String,
        found: Vec<usize>,
        wanted: Vec<usize>,
    },
    #[error("`{0}` is not of single precision")]
    Precision(String),
    #[error("`{0}` holds a number that is not finite")]
    NotFinite(String),
}

impl Weights {
    pub fn insert(&mut self, name: impl Into<String>, shape: Vec<usize>, values: Vec<f32>) {
        self.0.insert(name.into(), Array { shape, values });
    }

    /// The array of a name, which must have a shape.
    ///
    /// # Errors
    /// When it is missing or has another shape.
    pub fn take(&mut self, name: &str, wanted: &[usize]) -> Result<Vec<f32>, WeightsError> {
        let array = self
            .0
            .remove(name)
            .ok_or_else(|| WeightsError::Missing(name.to_owned()))?;
        if array.shape != wanted {
            return Err(WeightsError::Shape {
                name: name.to_owned(),
                found: array.shape,
                wanted: wanted.to_vec(),
            });
        }
        Ok(array.values)
    }

    /// That nothing is left over.
    ///
    /// # Errors
    /// Names what nobody took.
    pub fn used_up(self) -> Result<(), WeightsError> {
        self.0
            .into_keys()
            .next()
            .map_or(Ok(()), |name| Err(WeightsError::Unknown(name)))
    }

    /// The file. The same numbers give the same bytes.
    ///
    /// # Errors
    /// None are known for arrays whose shapes and numbers agree.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WeightsError> {
        let bytes: BTreeMap<&str, (Vec<usize>, Vec<u8>)> = self
            .0
            .iter()
            .map(|(name, array)| {
                let bytes = array.values.iter().flat_map(|value| value.to_le_bytes());
                (name.as_str(), (array.shape.clone(), bytes.collect()))
            })
            .collect();
        let views = bytes
            .iter()
            .map(|(name, (shape, bytes))| {
                let view = safetensors::tensor::TensorView::new(Dtype::F32, shape.clone(), bytes);
                view.map(|view| (*name, view)).map_err(format_error)
            })
            .collect::<Result<Vec<_>, _>>()?;
        safetensors::serialize(views, None::<HashMap<String, String>>).map_err(format_error)
    }

    /// Reads a file that somebody else may have written or damaged.
    ///
    /// # Errors
    /// When it is too long, is no such file, or holds anything but finite numbers of single precision.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        if bytes.len() > MAX_BYTES {
            return Err(WeightsError::TooLong(bytes.len()));
        }
        // the library believes a header of up to 100 MB
        let header = bytes
            .first_chunk::<8>()
            .map_or(0, |first| u64::from_le_bytes(*first));
        if header > MAX_HEADER {
            return Err(WeightsError::Header(header));
        }
        let file = SafeTensors::deserialize(bytes).map_err(format_error)?;
        let mut weights = Self::default();
        for (name, view) in file.iter() {
            if view.dtype() != Dtype::F32 {
                return Err(WeightsError::Precision(name.to_owned()));
            }
            let (numbers, _) = view.data().as_chunks::<4>();
            let values: Vec<f32> = numbers
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect();
            if values.iter().any(|value| !value.is_finite()) {
                return Err(WeightsError::NotFinite(name.to_owned()));
            }
            weights.insert(name, view.shape().to_vec(), values);
        }
        Ok(weights)
    }
}

fn format_error(error: impl std::fmt::Display) -> WeightsError {
    WeightsError::Format(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights() -> Weights {
        let mut weights = Weights::default();
        weights.insert("b", vec![2, 3], (0_u8..6).map(f32::from).collect());
        weights.insert("a", vec![2], vec![-1.5, 1e-30]);
        weights
    }

    #[test]
    fn a_file_holds_what_was_written() {
        let bytes = weights().to_bytes().unwrap();
        assert_eq!(Weights::from_bytes(&bytes), Ok(weights()));
        assert_eq!(bytes, weights().to_bytes().unwrap());
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let bytes = weights().to_bytes().unwrap();
        for len in 0..bytes.len() {
            assert!(Weights::from_bytes(&bytes[..len]).is_err(), "{len} bytes");
        }
        let mut giant = bytes.clone();
        giant[..8].copy_from_slice(&(1_u64 << 26).to_le_bytes());
        assert_eq!(
            Weights::from_bytes(&giant),
            Err(WeightsError::Header(1 << 26))
        );
        let mut sick = weights();
        sick.insert("c", vec![1], vec![f32::NAN]);
        let sick = Weights::from_bytes(&sick.to_bytes().unwrap());
        assert_eq!(sick, Err(WeightsError::NotFinite("c".into())));
    }

    #[test]
    fn names_and_shapes_must_be_those_of_the_net() {
        let mut some = weights();
        assert!(matches!(
            some.take("b", &[3, 2]),
            Err(WeightsError::Shape { .. })
        ));
        assert!(matches!(
            some.take("c", &[1]),
            Err(WeightsError::Missing(_))
        ));
        assert_eq!(some.used_up(), Err(WeightsError::Unknown("a".into())));
    }
}
