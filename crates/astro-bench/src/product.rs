//! The product as it is installed: its accounts, its sign-in, its server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::Result;
use astro_core::accounts::requests::{CreateAccessTokenRequest, CreateUserRequest, LoginRequest};
use astro_core::calendar::SignedDuration;
use astro_core::clock::{Clock as _, SystemClock};
use astro_core::principal::{Permission, Role, Scope};
use astro_core::random::Random;
use astro_core::secret::Secret;
use astro_core::tasks::TaskSource;
use astro_services::accounts::Client;
use astro_services::{Call, Services, ServicesConfig};
use astro_store::{Database, Store, StoreOptions};
use http::HeaderValue;

use crate::process::{Program, Server};

/// The built product and where its data is. Accounts and sessions are made while no server runs.
pub struct Product {
    program: PathBuf,
    folder: PathBuf,
    /// Of PostgreSQL; SQLite otherwise.
    url: Option<String>,
}

pub struct Account {
    email: String,
    /// For filling in rows.
    pub scope: Scope,
}

/// What a personal token may do.
const SCOPES: [Permission; 4] = [
    Permission::TasksRead,
    Permission::TasksWrite,
    Permission::PreferencesRead,
    Permission::PreferencesWrite,
];
const PASSWORD: &str = "a long password of no person";

impl Product {
    pub fn new(program: &Path, folder: &Path, url: Option<String>) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            url,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn database(&self) -> Database {
        match &self.url {
            Some(url) => Database::Postgres { url: url.clone() },
            None => Database::Sqlite {
                directory: self.folder.clone(),
            },
        }
    }

    async fn services(&self) -> Result<Services> {
        let store = Store::open(&StoreOptions::new(self.database())).await?;
        let config = ServicesConfig::new(&self.folder);
        let clock = Arc::new(SystemClock);
        Ok(Services::new(store, clock, Random::from_os(), &config)?)
    }

    /// An administrator, who has no tasks, and so many members.
    pub async fn make_accounts(&self, count: usize) -> Result<Vec<Account>> {
        let services = self.services().await?;
        let password = Secret::new(PASSWORD.to_owned());
        let admin = "admin@example.org".parse()?;
        services.create_first_user(admin, &password, None).await?;
        let call = Call::new(services.local_principal(None, None).await?, TaskSource::Api);
        let mut accounts = Vec::with_capacity(count);
        for number in 0..count {
            let email = format!("member-{number}@example.org");
            let request = CreateUserRequest {
                email: email.parse()?,
                password: password.clone(),
                role: Role::Member,
                zone: None,
                tenant_id: None,
            };
            let user = services.create_user(&call, request).await?;
            let scope = Scope::service(user.tenant_id, user.id.into());
            accounts.push(Account { email, scope });
        }
        services.store.close().await?;
        Ok(accounts)
    }

    /// An `Authorization` header with a fresh access token for each account; good for five minutes.
    pub async fn sign_in(&self, accounts: &[Account]) -> Result<Vec<HeaderValue>> {
        let services = self.services().await?;
        let mut credentials = Vec::with_capacity(accounts.len());
        for account in accounts {
            let request = LoginRequest {
                email: account.email.clone(),
                password: Secret::new(PASSWORD.to_owned()),
                tenant: None,
            };
            let signed_in = services.login(request, &Client::default()).await?;
            let header = format!("Bearer {}", signed_in.access_token.expose());
            credentials.push(HeaderValue::from_str(&header)?);
        }
        services.store.close().await?;
        Ok(credentials)
    }

    /// An `Authorization` header with a personal token for each account; good for a day.
    pub async fn make_tokens(&self, accounts: &[Account]) -> Result<Vec<HeaderValue>> {
        let services = self.services().await?;
        let expires_at = SystemClock.now() + SignedDuration::from_hours(24);
        let mut credentials = Vec::with_capacity(accounts.len());
        for account in accounts {
            let principal = services.local_principal(Some(&account.email), None).await?;
            let request = CreateAccessTokenRequest {
                title: "bench".to_owned(),
                scopes: SCOPES.to_vec(),
                expires_at,
            };
            let call = Call::new(principal, TaskSource::Api);
            let issued = services.create_access_token(&call, request).await?;
            let header = format!("Bearer {}", issued.token.expose());
            credentials.push(HeaderValue::from_str(&header)?);
        }
        services.store.close().await?;
        Ok(credentials)
    }

    /// Starts the server as it is installed, but that nobody asks too much of it.
    pub async fn serve(&self, commit_batch: Option<usize>) -> Result<Server> {
        let batch = commit_batch.map(|batch| ("ASTRO_DATABASE__COMMIT_BATCH", batch.to_string()));
        self.serve_with(batch.as_slice()).await
    }

    /// Starts the server with settings in its environment.
    pub async fn serve_with(&self, settings: &[(&str, String)]) -> Result<Server> {
        let mut command = self.command("serve", settings);
        command
            .args(["--listen", "127.0.0.1:0"])
            .env("ASTRO_HTTP__REQUESTS_PER_MINUTE", "4000000000");
        Server::start(&mut command, self.folder.join("log")).await
    }

    /// Starts a process that does what is to be done beside the requests.
    pub fn work_with(&self, number: usize, settings: &[(&str, String)]) -> Result<Program> {
        let log = self.folder.join(format!("worker-{number}.log"));
        Program::start(&mut self.command("worker", settings), &log)
    }

    fn command(&self, name: &str, settings: &[(&str, String)]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(name).arg("--data-dir").arg(&self.folder);
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        if let Some(url) = &self.url {
            command.args(["--database-url", url]);
        }
        command
    }

    pub fn engine(&self) -> &'static str {
        match self.url {
            Some(_) => "PostgreSQL",
            None => "SQLite",
        }
    }
}
