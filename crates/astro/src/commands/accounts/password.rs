//! Asking for a password: hidden on a terminal, the first line of the input otherwise.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use astro_core::secret::Secret;

/// From the file that was named, or from the person.
pub fn read(file: Option<&Path>) -> anyhow::Result<Secret> {
    if let Some(file) = file {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("reading the password from {}", file.display()))?;
        return Ok(Secret::new(first_line(&text)));
    }
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        return Ok(Secret::new(first_line(&line)));
    }
    let terminal = console::Term::stderr();
    terminal.write_str("password: ")?;
    let first = terminal.read_secure_line()?;
    terminal.write_str("again: ")?;
    if terminal.read_secure_line()? != first {
        bail!("the two passwords are not the same");
    }
    Ok(Secret::new(first))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
