//! The reference of all settings, kept as docs/config.md.

use std::fmt::Write as _;

use astro_core::config::{Config, Profile};

use super::SHORT_NAMES;

const HEAD: &str = "\
# Configuration

Printed by `astro config reference`; a test compares the two.

A setting is taken from the first of these that gives it:

1. a flag of the command line,
2. the environment: `ASTRO_` and the key in capitals with `__` for the dot (`ASTRO_HTTP__LISTEN`), or \
the short name below; with `_FILE` at the end the value is read from the file of that name \
(`ASTRO_DATABASE_URL_FILE=/run/secrets/database`),
3. the file: `--config`, `ASTRO_CONFIG`, or `$XDG_CONFIG_HOME/astroassistance/config.toml` \
(`~/.config` without the variable),
4. the defaults of the profile.

`astro config show --origin` prints what is in force and why. Unknown keys are refused. In the \
environment lists are written with commas, in the file as arrays:

    [http]
    listen = \"0.0.0.0:8080\"
    trusted_proxies = [\"10.0.0.0/8\"]
";

/// Flags by the setting that they give.
const FLAGS: &[(&str, &str)] = &[
    ("profile", "--profile"),
    ("data_dir", "--data-dir"),
    ("database.url", "--database-url"),
    ("http.listen", "--listen"),
    ("http.trusted_proxies", "--trusted-proxy"),
    ("outgoing.allow", "--allow-outgoing"),
    ("log.level", "--log"),
    ("log.file", "--log-file"),
];

/// The page as Markdown.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    let mut section = String::new();
    for setting in Config::settings() {
        let (now, name) = setting.key.split_once('.').unwrap_or(("", &setting.key));
        if now != section || name == "profile" {
            now.clone_into(&mut section);
            let title = if now.is_empty() {
                "General".to_owned()
            } else {
                format!("`[{now}]`")
            };
            let _ = write!(
                page,
                "\n## {title}\n\n| key | default | short forms | meaning |\n|---|---|---|---|\n"
            );
        }
        let default = match setting.default.as_str() {
            "" | "[]" => String::new(),
            text => format!("`{text}`"),
        };
        let _ = writeln!(
            page,
            "| `{name}` | {default} | {} | {} |",
            short_forms(&setting.key),
            setting.meaning
        );
    }
    page.push_str(&profiles());
    page
}

fn short_forms(key: &str) -> String {
    let flag = FLAGS.iter().find(|(known, _)| *known == key);
    let variable = SHORT_NAMES.iter().find(|(_, known)| *known == key);
    let mut forms: Vec<String> = Vec::new();
    forms.extend(flag.map(|(_, flag)| format!("`{flag}`")));
    forms.extend(variable.map(|(name, _)| format!("`ASTRO_{name}`")));
    forms.join(", ")
}

fn profiles() -> String {
    let [default, small, team] = [Profile::Default, Profile::Small, Profile::Team]
        .map(|profile| Config::of(profile, "data".into()));
    let mut page = String::from(
        "\n## What the profiles change\n\n| key | default | small | team |\n|---|---|---|---|\n",
    );
    let rows = [
        (
            "http.connections",
            [&default, &small, &team].map(|c| c.http.connections),
        ),
        (
            "database.connections",
            [&default, &small, &team].map(|c| c.database.connections as usize),
        ),
        (
            "accounts.password_workers",
            [&default, &small, &team].map(|c| c.accounts.password_workers),
        ),
    ];
    for (key, [default, small, team]) in rows {
        let _ = writeln!(page, "| `{key}` | {default} | {small} | {team} |");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_what_the_program_knows() {
        let kept = include_str!("../../../../docs/config.md");
        assert!(
            kept == reference(),
            "docs/config.md is out of date: cargo run -- config reference > docs/config.md"
        );
    }

    #[test]
    fn every_short_form_means_a_setting() {
        let keys: Vec<String> = Config::settings().into_iter().map(|s| s.key).collect();
        for key in FLAGS
            .iter()
            .map(|f| f.0)
            .chain(SHORT_NAMES.iter().map(|n| n.1))
        {
            assert!(keys.iter().any(|known| known == key), "{key}");
        }
    }
}
