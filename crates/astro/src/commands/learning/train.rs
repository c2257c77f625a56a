//! `astro train`: learns from what people did on this server.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use astro_core::models::ModelKind;
use astro_core::tasks::TaskSource;
use astro_data::Rule;
use astro_services::learning::{Progress, Tell, Trained, TrainingOptions};
use astro_services::{Call, Services};
use serde_json::{Value, json};

use super::models;
use crate::cli::{ModelsCommand, TrainArgs, Who};
use crate::client::{Client, is_locked};
use crate::config::Loaded;
use crate::failure::Misuse;
use crate::progress;
use crate::screen::{Screen, Style};
use crate::table;
use crate::wiring;

/// How often a job is looked at.
const LOOK: Duration = Duration::from_millis(300);

pub async fn run(
    args: &TrainArgs,
    loaded: &Loaded,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    if !args.once {
        return Err(Misuse::error(
            "say --once: training by itself, again and again, comes with a later release",
        ));
    }
    let services = match wiring::open(&loaded.config).await {
        Ok(services) => services,
        Err(error) if is_locked(&error) => return ask(args, loaded, screen).await,
        Err(error) => return Err(error),
    };
    let done = train(args, &services, screen).await;
    services.store.close().await?;
    done
}

/// Lets the server that holds the data train, and waits for it.
async fn ask(args: &TrainArgs, loaded: &Loaded, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let client = Client::open(loaded, &Who::default()).await?;
    let body = json!({ "seed": args.seed, "until": args.until });
    let job: Value = client
        .post("/api/v1/models/completion/train", &body)
        .await?;
    let working = progress::spinner(screen, "the server trains");
    let done = wait(&client, &job["id"]).await;
    working.finish();
    done?;
    models(&ModelsCommand::List, &client, screen).await
}

/// Waits until a job is done, or given up.
async fn wait(client: &Client, id: &Value) -> anyhow::Result<()> {
    loop {
        let jobs: Vec<Value> = client.all("/api/v1/jobs").await?;
        let Some(job) = jobs.iter().find(|job| job["id"] == *id) else {
            return Ok(());
        };
        if job["state"] == "failed" {
            bail!(
                "{}",
                table::one_line(job["error"].as_str().unwrap_or("it was given up"))
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// `astro user forget`: removes somebody, and learns anew without them.
pub async fn forget(
    email: &str,
    yes: bool,
    who: &Who,
    loaded: &Loaded,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    if !yes {
        return Err(Misuse::error(format!(
            "the account of {email} with everything in it, and all that was learnt here, would be gone for good: say --yes"
        )));
    }
    let services = open(loaded).await?;
    let done = forget_with(email, who, &services, screen).await;
    services.store.close().await?;
    done
}

async fn forget_with(
    email: &str,
    who: &Who,
    services: &Services,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let principal = services
        .local_principal(who.user.as_deref(), who.tenant.as_deref())
        .await?;
    let call = Call::new(principal, TaskSource::Api);
    let user = services.find_user(&call, email).await?;
    let bar = Arc::new(progress::bar(screen, "people read"));
    let trained = services.forget_user(&call, user.id, listener(&bar)).await;
    bar.finish();
    match trained? {
        Some(trained) => tell_of(&trained, screen)?,
        None if screen.is_json() => screen.json(&json!({ "version": null }))?,
        None => screen.line("nothing is left that was learnt here: what serves is the prior")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The whole product in this process: training is no request.
pub(super) async fn open(loaded: &Loaded) -> anyhow::Result<Services> {
    match wiring::open(&loaded.config).await {
        Err(error) if is_locked(&error) => {
            bail!(
                "a server holds the data directory; stop it meanwhile, or keep the data in PostgreSQL"
            )
        }
        other => other,
    }
}

/// Shows how far training is.
pub(super) fn listener(bar: &Arc<progress::Progress>) -> Tell {
    let shown = Arc::clone(bar);
    Arc::new(move |progress| match progress {
        Progress::Reading { done, all } => shown.set(done, all),
        Progress::Pass {
            number,
            most,
            losses,
        } => {
            shown.say(format!(
                "passes; loss {:.4} learning, {:.4} on others",
                losses.train, losses.check
            ));
            shown.set(number.into(), most.into());
        }
    })
}

async fn train(
    args: &TrainArgs,
    services: &Services,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    let principal = services.local_principal(None, None).await?;
    let call = Call::new(principal, TaskSource::Api);
    let bar = Arc::new(progress::bar(screen, "people read"));
    let options = TrainingOptions {
        kind: ModelKind::Completion,
        seed: args.seed,
        until: args.until,
    };
    let trained = services.train(&call, options, listener(&bar)).await;
    bar.finish();
    tell_of(&trained?, screen)?;
    Ok(ExitCode::SUCCESS)
}

fn tell_of(trained: &Trained, screen: &mut Screen) -> anyhow::Result<()> {
    let manifest = &trained.manifest;
    if screen.is_json() {
        let touched = Rule::ALL.map(|rule| (rule.name(), trained.report.of(rule)));
        screen.json(&json!({
            "kind": manifest.what, "version": trained.version.as_str(), "serves": trained.serves,
            "people": manifest.data.people, "declined": trained.declined, "facts": trained.report.kept,
            "touched": serde_json::Map::from_iter(touched.map(|(name, count)| (name.to_owned(), count.into()))),
            "learnt": manifest.data.learnt, "checked": manifest.data.checked, "evaluation": manifest.evaluation,
        }))?;
        return Ok(());
    }
    let touched: Vec<String> = Rule::ALL
        .into_iter()
        .map(|rule| (rule.name(), trained.report.of(rule)))
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{count} {}", name.replace('_', " ")))
        .collect();
    screen.line(format!(
        "{} facts of {} people{}{}",
        trained.report.kept,
        manifest.data.people,
        if trained.declined > 0 {
            format!(" ({} more let it learn nothing)", trained.declined)
        } else {
            String::new()
        },
        if touched.is_empty() {
            String::new()
        } else {
            format!("; cleaning touched {}", touched.join(", "))
        },
    ))?;
    screen.line(format!(
        "{} examples to learn from, {} to check by; {} passes, number {} kept",
        manifest.data.learnt, manifest.data.checked, manifest.passes, manifest.best_pass,
    ))?;
    models::figures(&serde_json::to_value(&manifest.evaluation)?, screen)?;
    let (style, what) = if trained.serves {
        (Style::Good, "serves now")
    } else {
        (
            Style::Strong,
            "waits as challenger: `astro models compare`, then `astro models promote`",
        )
    };
    let done = screen.paint(style, what);
    screen.line(format!("{} {}: {done}", manifest.what, trained.version))?;
    Ok(())
}
