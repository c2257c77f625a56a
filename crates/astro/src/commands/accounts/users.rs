//! `astro user`: accounts.

use std::process::ExitCode;

use anyhow::bail;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{day, password, tenant_id};
use crate::cli::{NewUserArgs, UserCommand};
use crate::client::{Client, Refused};
use crate::screen::{Screen, Style};
use crate::table::{self, Cell, text};

pub async fn run(
    command: &UserCommand,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    match command {
        UserCommand::Create(wanted) => create(wanted, client, screen).await?,
        UserCommand::List => list(client, screen).await?,
        UserCommand::Disable { email } => {
            change(
                email,
                &json!({ "disabled": true }),
                "disabled",
                client,
                screen,
            )
            .await?;
        }
        UserCommand::Enable { email } => {
            change(
                email,
                &json!({ "disabled": false }),
                "enabled",
                client,
                screen,
            )
            .await?;
        }
        UserCommand::Role { email, role } => {
            let told = format!("now {role}:");
            change(email, &json!({ "role": role }), &told, client, screen).await?;
        }
        // the caller trains anew, which no request does
        UserCommand::Forget { .. } => bail!("forgetting is no request"),
        UserCommand::Password {
            email,
            password_file,
            link,
        } => {
            let user = find(email, client).await?;
            let path = format!("/api/v1/users/{}/password-reset", text(&user["id"]));
            let issued: Value = client.ask(Method::POST, &path).await?.read()?;
            if *link {
                return hand_over(&issued, screen);
            }
            let new = password::read(password_file.as_deref())?;
            let body = json!({ "token": issued["token"], "password": new.expose() });
            let user: Value = client.post("/api/v1/auth/invites/accept", &body).await?;
            tell("new password for", &user, screen)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives out a one-time link; it works in a browser as well.
fn hand_over(issued: &Value, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    if screen.is_json() {
        screen.json(issued)?;
    } else {
        let path = format!("/invite#{}", text(&issued["token"]));
        screen.line(format!(
            "Open this on the server's address, once, until {}:",
            day(&issued["invite"]["expires_at"])
        ))?;
        screen.line(screen.paint(Style::Accent, path))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(wanted: &NewUserArgs, client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    // Before a password is asked for: who would make the account?
    let is_first = match client.get::<Value>("/api/v1/me").await {
        Ok(_) => false,
        Err(error) if Refused::status(&error) == Some(StatusCode::UNAUTHORIZED) => true,
        Err(error) => return Err(error),
    };
    let mut fields = Map::new();
    fields.insert("email".to_owned(), json!(wanted.email));
    if let Some(zone) = &wanted.zone {
        fields.insert("zone".to_owned(), json!(zone));
    }
    if !is_first {
        fields.insert("role".to_owned(), json!(wanted.role));
        if let Some(slug) = &wanted.in_tenant {
            let id = tenant_id(client, slug).await?;
            fields.insert("tenant_id".to_owned(), json!(id));
        }
    }
    let password = password::read(wanted.password_file.as_deref())?;
    fields.insert("password".to_owned(), json!(password.expose()));
    let user: Value = if is_first {
        // The command line's own token stands for the one-time token of the first start.
        fields.insert("token".to_owned(), json!(client.token()));
        client.post("/api/v1/setup", &fields).await?
    } else {
        client.post("/api/v1/users", &fields).await?
    };
    tell("made", &user, screen)
}

fn tell(done: &str, user: &Value, screen: &mut Screen) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(user)?;
        return Ok(());
    }
    let done = screen.paint(Style::Good, done);
    let role = screen.paint(Style::Faint, text(&user["role"]));
    screen.line(format!("{done} {} {role}", text(&user["email"])))?;
    Ok(())
}

async fn list(client: &Client, screen: &mut Screen) -> anyhow::Result<()> {
    let all: Vec<Value> = client.all("/api/v1/users").await?;
    if screen.is_json() {
        screen.json(&json!({ "items": all }))?;
        return Ok(());
    }
    let tenants: Vec<Value> = client.all("/api/v1/tenants").await?;
    let rows: Vec<Vec<Cell>> = all
        .iter()
        .map(|user| {
            let tenant = tenants
                .iter()
                .find(|tenant| tenant["id"] == user["tenant_id"]);
            let state = if user["disabled"] == true {
                Cell::styled("disabled", Style::Bad)
            } else {
                Cell::default()
            };
            vec![
                Cell::plain(text(&user["email"])),
                Cell::plain(text(&user["role"])),
                Cell::styled(
                    tenant.map(|t| text(&t["slug"])).unwrap_or_default(),
                    Style::Faint,
                ),
                Cell::styled(day(&user["created_at"]), Style::Faint),
                state,
            ]
        })
        .collect();
    table::print(screen, &["email", "role", "tenant", "since", ""], 0, &rows)?;
    Ok(())
}

async fn find(email: &str, client: &Client) -> anyhow::Result<Value> {
    let wanted = email.to_lowercase();
    let all: Vec<Value> = client.all("/api/v1/users").await?;
    let mut found = all
        .into_iter()
        .filter(|user| text(&user["email"]).to_lowercase() == wanted || user["id"] == email);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => bail!("there is no user '{email}'"),
        _ => bail!(
            "'{email}' has accounts in several tenants; give the id (`astro user list --json`)"
        ),
    }
}

async fn change(
    email: &str,
    changes: &Value,
    done: &str,
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let user = find(email, client).await?;
    let path = format!("/api/v1/users/{}", text(&user["id"]));
    let user: Value = client.write(Method::PATCH, &path, changes).await?.read()?;
    tell(done, &user, screen)
}
