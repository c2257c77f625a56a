//! The database and its backups.

use astro_core::clock::{Clock as _, SystemClock};
use astro_core::config::{Config, Profile};
use astro_store::Store;
use astro_store::operations::{self, Diagnosis};

use super::Line;
use crate::commands::backup;
use crate::wiring;

/// A backup that is older is worth a word.
const OLD_DAYS: i64 = 7;

pub async fn look(config: &Config) -> Vec<Line> {
    let mut lines = vec![schema(config).await];
    match &config.database.url {
        Some(url) => match operations::diagnose(url.expose()).await {
            Ok(found) => lines.extend(server(config, &found)),
            Err(error) => lines.push(Line::fail(
                "database",
                error.to_string(),
                "is PostgreSQL running, and are address, user and password right?",
            )),
        },
        None if config.profile == Profile::Team => lines.push(Line::warn(
            "database",
            "SQLite in the profile team",
            "set database.url: many people want PostgreSQL",
        )),
        None => lines.push(Line::ok("database", "SQLite in the data directory")),
    }
    lines.push(backups(config));
    lines
}

async fn schema(config: &Config) -> Line {
    let name = "schema";
    match Store::schema(&wiring::database(config)).await {
        Err(error) => Line::fail(name, error.to_string(), "see the line about the database"),
        Ok(schema) if schema.applied > schema.known => Line::fail(
            name,
            format!(
                "{} is of a newer release, this one knows {}",
                schema.applied, schema.known
            ),
            "use the newer release, or restore a backup of this one",
        ),
        Ok(schema) if schema.applied == 0 => Line::ok(name, "made at the first start"),
        Ok(schema) if !schema.pending.is_empty() => Line::warn(
            name,
            format!("{} of {}", schema.applied, schema.known),
            "the next start migrates it; take a backup before",
        ),
        Ok(schema) => Line::ok(name, format!("{}, up to date", schema.applied)),
    }
}

fn server(config: &Config, found: &Diagnosis) -> Vec<Line> {
    let mut lines = vec![Line::ok(
        "database",
        format!("PostgreSQL {} as {}", found.version, found.user),
    )];
    let name = "row-level security";
    lines.push(if !config.database.row_level_security {
        Line::warn(
            name,
            "switched off by database.row_level_security",
            "owners are told apart by the application alone",
        )
    } else if found.tables_without_policy.is_empty() && found.can_act_as_app {
        Line::ok(name, "every transaction is confined to its owner's rows")
    } else if !found.tables_without_policy.is_empty() {
        Line::fail(
            name,
            format!("not forced on: {}", found.tables_without_policy.join(", ")),
            "somebody changed the schema; restore a backup or force it again",
        )
    } else {
        Line::fail(
            name,
            format!("{} cannot act as the role astro_app", found.user),
            format!(
                "as an administrator: CREATE ROLE astro_app NOLOGIN (where it is missing); GRANT astro_app TO {}",
                found.user
            ),
        )
    });
    if found.is_superuser {
        lines.push(Line::warn(
            "database role",
            format!("{} is a superuser", found.user),
            "the product needs no more than a role that owns the database and is a member of astro_app",
        ));
    }
    lines
}

fn backups(config: &Config) -> Line {
    let name = "backups";
    let place = backup::usual_place(&config.data_dir);
    let Some(newest) = backup::newest(&config.data_dir) else {
        return Line::warn(
            name,
            format!("none in {}", place.display()),
            "run `astro backup` every day, and copy what it writes to another machine",
        );
    };
    let days = (SystemClock.now().as_second() - newest.created_at.as_second()) / 86_400;
    let found = match days {
        ..1 => "the newest is of today".to_owned(),
        1 => "the newest is one day old".to_owned(),
        days => format!("the newest is {days} days old"),
    };
    if days > OLD_DAYS {
        Line::warn(name, found, "run `astro backup` every day")
    } else {
        Line::ok(name, found)
    }
}
