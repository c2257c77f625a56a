//! The configuration file: TOML, in the usual place or where `--config` says.

use std::path::{Path, PathBuf};

use figment::value::Dict;

use super::{Environment, Given};
use crate::failure::Misuse;

/// Reads the file. The usual place may be empty; a place that was named must not be.
pub fn read(
    named: Option<&Path>,
    environment: &Environment,
) -> anyhow::Result<Option<(PathBuf, Given)>> {
    let named = named
        .map(Path::to_owned)
        .or_else(|| environment.get("ASTRO_CONFIG").map(PathBuf::from));
    let is_named = named.is_some();
    let Some(path) = named.or_else(|| usual_place(environment)) else {
        return Ok(None);
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if !is_named && error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Misuse::error(format!(
                "the configuration file {} cannot be read: {error}",
                path.display()
            )));
        }
    };
    let values: Dict = toml::from_str(&text)
        .map_err(|error| Misuse::error(format!("{}: {error}", path.display())))?;
    let given = Given::all(&format!("file {}", path.display()), values);
    Ok(Some((path, given)))
}

fn usual_place(environment: &Environment) -> Option<PathBuf> {
    let base = environment.absolute_path("XDG_CONFIG_HOME").or_else(|| {
        environment
            .absolute_path("HOME")
            .map(|home| home.join(".config"))
    })?;
    Some(base.join("astroassistance/config.toml"))
}
