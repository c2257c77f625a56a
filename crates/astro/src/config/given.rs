//! Values with the name of the place that gave them.

use figment::value::{Dict, Map, Value};
use figment::{Error, Metadata, Profile, Provider};
use serde::Serialize;

#[derive(Clone, Debug)]
pub struct Given {
    origin: String,
    values: Dict,
}

impl Given {
    /// One setting, by its key with dots.
    pub fn one(origin: &str, key: &str, value: impl AsRef<str>) -> Self {
        let value = Value::from(value.as_ref());
        let values = figment::util::nest(key, value)
            .into_dict()
            .unwrap_or_default();
        Self::all(origin, values)
    }

    pub fn all(origin: &str, values: Dict) -> Self {
        Self {
            origin: origin.to_owned(),
            values,
        }
    }

    pub fn defaults(origin: &str, config: &impl Serialize) -> anyhow::Result<Self> {
        Ok(Self::all(origin, to_dict(config)?))
    }
}

fn to_dict(config: &impl Serialize) -> anyhow::Result<Dict> {
    let value = Value::serialize(config)?;
    Ok(value.into_dict().unwrap_or_default())
}

/// What `changed` has otherwise than `plain`.
pub fn difference(plain: &impl Serialize, changed: &impl Serialize) -> anyhow::Result<Dict> {
    fn differing(plain: &Dict, changed: Dict) -> Dict {
        changed
            .into_iter()
            .filter_map(|(key, new)| match (plain.get(&key), new) {
                (Some(Value::Dict(_, old)), Value::Dict(tag, new)) => {
                    let inner = differing(old, new);
                    (!inner.is_empty()).then_some((key, Value::Dict(tag, inner)))
                }
                (old, new) => (old != Some(&new)).then_some((key, new)),
            })
            .collect()
    }
    Ok(differing(&to_dict(plain)?, to_dict(changed)?))
}

impl Provider for Given {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}
