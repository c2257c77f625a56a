//! `astro config`: what is configured, and why.

use std::process::ExitCode;

use astro_core::config::Config;
use serde_json::{Map, Value, json};

use crate::cli::ConfigCommand;
use crate::config::{Loaded, reference};
use crate::screen::{Screen, Style};

pub fn run(
    command: &ConfigCommand,
    loaded: &Loaded,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    match command {
        ConfigCommand::Reference => screen.text(reference())?,
        ConfigCommand::Show { origin } => show(*origin, loaded, screen)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(origin: bool, loaded: &Loaded, screen: &mut Screen) -> anyhow::Result<()> {
    let values = values(loaded)?;
    if screen.is_json() {
        let all: Map<String, Value> = values
            .into_iter()
            .map(|(key, value)| {
                let shown = if origin {
                    json!({ "value": value, "origin": loaded.origin(&key) })
                } else {
                    value
                };
                (key, shown)
            })
            .collect();
        screen.json(&all)?;
        return Ok(());
    }
    let texts: Vec<(String, String)> = values
        .into_iter()
        .map(|(key, value)| (key, as_text(&value)))
        .collect();
    let longest = |length: fn(&(String, String)) -> usize| texts.iter().map(length).max();
    let key_width = longest(|(key, _)| key.len()).unwrap_or(0);
    let value_width = longest(|(_, value)| value.chars().count()).unwrap_or(0);
    for (key, value) in &texts {
        let line = if origin {
            let origin = screen.paint(Style::Faint, loaded.origin(key));
            format!("{key:key_width$}  {value:value_width$}  {origin}")
        } else {
            format!("{key:key_width$}  {value}")
        };
        screen.line(line.trim_end())?;
    }
    Ok(())
}

const HIDDEN: &str = "***";

/// Every setting's value; of secrets only what is no secret.
fn values(loaded: &Loaded) -> anyhow::Result<Vec<(String, Value)>> {
    let all = serde_json::to_value(&loaded.config)?;
    let values = Config::settings().into_iter().map(|setting| {
        let pointer = format!("/{}", setting.key.replace('.', "/"));
        let value = all.pointer(&pointer).cloned().unwrap_or(Value::Null);
        (setting.key, value)
    });
    let mut values: Vec<(String, Value)> = values.collect();
    let database = loaded.config.database.url.as_ref();
    let bus = loaded.config.bus.url.as_ref();
    let addresses = [
        (
            "database.url",
            database.map(|url| without_password(url.expose())),
        ),
        ("bus.url", bus.map(|url| without_token(url.expose()))),
    ];
    for (key, address) in addresses {
        if let Some(address) = address
            && let Some((_, value)) = values.iter_mut().find(|(known, _)| known == key)
        {
            *value = json!(address);
        }
    }
    Ok(values)
}

/// The address of a NATS server, where a name without a password is a token.
fn without_token(url: &str) -> String {
    let is_token = url::Url::parse(url)
        .is_ok_and(|parsed| parsed.password().is_none() && !parsed.username().is_empty());
    if is_token {
        HIDDEN.to_owned()
    } else {
        without_password(url)
    }
}

/// The address with its password hidden; all of it where it cannot be read as an address.
pub fn without_password(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.query().is_none() => {
            if parsed.password().is_some() && parsed.set_password(Some(HIDDEN)).is_err() {
                return HIDDEN.to_owned();
            }
            parsed.to_string()
        }
        // A query can carry a password too.
        Ok(mut parsed) => {
            parsed.set_query(None);
            without_password(parsed.as_str())
        }
        Err(_) => HIDDEN.to_owned(),
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(entries) if entries.is_empty() => "-".to_owned(),
        Value::Array(entries) => entries.iter().map(as_text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hidden_wherever_it_stands() {
        assert_eq!(
            without_password("postgres://u:secret@h:5432/d"),
            "postgres://u:***@h:5432/d"
        );
        assert_eq!(
            without_password("postgres://h/d?user=u&password=secret"),
            "postgres://h/d"
        );
        assert_eq!(without_password("host=h password=secret"), "***");
    }

    #[test]
    fn a_token_is_hidden_as_a_password_is() {
        assert_eq!(without_token("nats://secret@h"), "***");
        for url in ["nats://ann:secret@h:4222", "nats://h?token=secret"] {
            assert!(!without_token(url).contains("secret"), "{url}");
        }
        assert_eq!(without_token("nats://h:4222"), "nats://h:4222");
    }
}
