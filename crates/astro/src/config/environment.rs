//! The environment of the process: `ASTRO_*`, and files that hold a value (`ASTRO_.._FILE`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use astro_core::config::Config;

use super::{Given, SHORT_NAMES};
use crate::failure::Misuse;

/// Variables by name; read once, so that tests can bring their own.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn of_process() -> Self {
        let text = |part: std::ffi::OsString| part.into_string().ok();
        Self(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((text(name)?, text(value)?)))
                .collect(),
        )
    }

    #[cfg(test)]
    pub fn of(variables: &[(&str, &str)]) -> Self {
        variables
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect::<BTreeMap<_, _>>()
            .into()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A path, unless it is empty or relative: such a one is to be ignored (XDG base directories).
    pub fn absolute_path(&self, name: &str) -> Option<PathBuf> {
        self.get(name)
            .map(Path::new)
            .filter(|path| path.is_absolute())
            .map(Path::to_owned)
    }
}

impl From<BTreeMap<String, String>> for Environment {
    fn from(variables: BTreeMap<String, String>) -> Self {
        Self(variables)
    }
}

/// What the environment sets, and which of its variables mean nothing here.
///
/// An unknown name in a section of ours is refused as a mistyped setting; any other is only noted,
/// since orchestrators add variables of their own for a service called `astro`.
pub fn settings(environment: &Environment) -> anyhow::Result<(Vec<Given>, Vec<String>)> {
    let keys: Vec<String> = Config::settings().into_iter().map(|s| s.key).collect();
    let mut given: BTreeMap<String, (String, Given)> = BTreeMap::new();
    let mut ignored = Vec::new();
    for (variable, value) in &environment.0 {
        let Some(name) = variable.strip_prefix("ASTRO_") else {
            continue;
        };
        // An empty variable is how compose files say "not set".
        if name == "CONFIG" || value.is_empty() {
            continue;
        }
        let (key, value, origin) = if let Some(key) = key_of(name, &keys) {
            (key, value.clone(), format!("environment {variable}"))
        } else if let Some(key) = name.strip_suffix("_FILE").and_then(|n| key_of(n, &keys)) {
            let text = read_value(variable, value)?;
            (key, text, format!("file {value} ({variable})"))
        } else if is_in_section(name, &keys) {
            return Err(Misuse::error(format!(
                "{variable}: there is no such setting (`astro config reference` lists them)"
            )));
        } else {
            ignored.push(variable.clone());
            continue;
        };
        let one = Given::one(&origin, &key, value);
        if let Some((other, _)) = given.insert(key.clone(), (variable.clone(), one)) {
            return Err(Misuse::error(format!(
                "{other} and {variable} both set {key}; keep one of them"
            )));
        }
    }
    let given = given.into_values().map(|(_, given)| given).collect();
    Ok((given, ignored))
}

/// The setting that a variable without its `ASTRO_` means.
fn key_of(name: &str, keys: &[String]) -> Option<String> {
    if let Some((_, key)) = SHORT_NAMES.iter().find(|(short, _)| *short == name) {
        return Some((*key).to_owned());
    }
    let key = name.to_lowercase().replace("__", ".");
    keys.contains(&key).then_some(key)
}

fn is_in_section(name: &str, keys: &[String]) -> bool {
    let name = name.to_lowercase();
    name.split_once("__").is_some_and(|(section, _)| {
        keys.iter()
            .any(|key| key.starts_with(&format!("{section}.")))
    })
}

fn read_value(variable: &str, path: &str) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Misuse::error(format!("{variable}: {path} cannot be read: {error}")))?;
    // Editors and `echo` end a file with a line break that is not part of the value.
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
