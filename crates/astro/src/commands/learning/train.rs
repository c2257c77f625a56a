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
use crate::cli::{ModelWhat, ModelsCommand, TrainArgs, Who};
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
    let mut told = Told::default();
    for kind in args.what.kinds() {
        let place = format!("{}/train", models::place(*kind));
        let working = progress::spinner(screen, "the server trains");
        let done = match client.post::<Value>(&place, &body).await {
            Ok(job) => wait(&client, &job["id"]).await,
            Err(error) => Err(error),
        };
        working.finish();
        told.take(*kind, done.map(|()| Value::Null));
    }
    if !told.trained.is_empty() {
        models(&ModelsCommand::List, ModelWhat::Completion, &client, screen).await?;
    }
    told.end()
}

/// Several models are trained one by one: one that cannot be trained keeps no other from it, and is told of in the end.
#[derive(Default)]
struct Told {
    /// What is said of each as JSON.
    trained: Vec<Value>,
    failed: Option<anyhow::Error>,
}

impl Told {
    fn take(&mut self, kind: ModelKind, done: anyhow::Result<Value>) {
        match done {
            Ok(said) => self.trained.push(said),
            Err(error) => {
                let error = error.context(format!("the model of {kind} was not trained"));
                self.failed.get_or_insert(error);
            }
        }
    }

    fn end(self) -> anyhow::Result<ExitCode> {
        self.failed.map_or(Ok(ExitCode::SUCCESS), Err)
    }
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
    // without a user of its own the tenant says whose account is meant
    let tenant = who.tenant.as_deref();
    let acting_in = tenant.filter(|_| who.user.is_some());
    let principal = services
        .local_principal(who.user.as_deref(), acting_in)
        .await?;
    let call = Call::new(principal, TaskSource::Api);
    let user = services.whom_to_forget(&call, email, tenant).await?;
    let bar = Arc::new(progress::bar(screen, "people read"));
    let trained = services.forget_user(&call, user.id, listener(&bar)).await;
    bar.finish();
    let trained = trained?;
    let mut items = Vec::new();
    for trained in &trained {
        items.push(tell_of(trained, screen)?);
    }
    if screen.is_json() {
        screen.json(&json!({ "items": items }))?;
    } else if items.is_empty() {
        screen.line("nothing is left that was learnt here: what serves are the priors")?;
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
    let mut told = Told::default();
    for kind in args.what.kinds() {
        let bar = Arc::new(progress::bar(screen, "people read"));
        let options = TrainingOptions {
            kind: *kind,
            seed: args.seed,
            until: args.until,
        };
        let trained = services.train(&call, options, listener(&bar)).await;
        bar.finish();
        let done = match trained {
            Ok(trained) => tell_of(&trained, screen),
            Err(error) => Err(error.into()),
        };
        told.take(*kind, done);
    }
    if screen.is_json() && !told.trained.is_empty() {
        let several = args.what.kinds().len() > 1;
        let mut trained = std::mem::take(&mut told.trained);
        screen.json(&match trained.pop() {
            Some(only) if !several => only,
            last => {
                trained.extend(last);
                json!({ "items": trained })
            }
        })?;
    }
    told.end()
}

/// Says what came of training, and answers it as JSON.
fn tell_of(trained: &Trained, screen: &mut Screen) -> anyhow::Result<Value> {
    let manifest = &trained.manifest;
    if screen.is_json() {
        let touched = Rule::ALL.map(|rule| (rule.name(), trained.report.of(rule)));
        return Ok(json!({
            "kind": manifest.what, "version": trained.version.as_str(), "serves": trained.serves,
            "people": manifest.data.people, "declined": trained.declined, "facts": trained.report.kept,
            "touched": serde_json::Map::from_iter(touched.map(|(name, count)| (name.to_owned(), count.into()))),
            "learnt": manifest.data.learnt, "checked": manifest.data.checked, "evaluation": manifest.evaluation,
        }));
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
        "{} rows to learn from, {} to check by; {} passes, number {} kept",
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
    Ok(Value::Null)
}
