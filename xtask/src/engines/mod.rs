//! Programs outside this repository that the tests talk to.
//!
//! An engine is one entry in [`ENGINES`]: the packages that hold it, how to see that it is here, and,
//! for a server, how to start a private one.

pub mod account;
pub mod packages;
pub mod postgres;
pub mod process;
pub mod scratch;

use std::net::TcpListener;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::{self, is_ci, variable};

pub struct Engine {
    pub name: &'static str,
    packages: &'static [&'static str],
    is_installed: fn() -> bool,
    /// How to start it; `None` for a program that the tests call themselves.
    start: Option<Start>,
}

struct Start {
    /// The environment variable under which the tests find it. Where a person has set it already,
    /// their server is used.
    variable: &'static str,
    private: fn() -> Result<Box<dyn RunningServer>>,
}

/// A private server. Dropping it stops it and deletes its data.
pub trait RunningServer {
    fn url(&self) -> &str;
}

/// What the present tests need. The next engine is one more entry here.
pub const ENGINES: &[Engine] = &[
    Engine {
        name: "PostgreSQL",
        packages: &["postgresql"],
        is_installed: postgres::is_installed,
        start: Some(Start {
            variable: postgres::URL_VARIABLE,
            private: start_postgres,
        }),
    },
    Engine {
        name: "NATS",
        packages: &["nats-server"],
        is_installed: has_nats,
        // a test starts, kills and empties a server of its own
        start: None,
    },
    Engine {
        name: "Chromium",
        packages: &["chromium", "chromium-driver"],
        is_installed: || packages::find_program("chromedriver").is_some(),
        start: None,
    },
    // lets a test choose what time a program believes it is
    Engine {
        name: "libfaketime",
        packages: &["faketime", "libfaketime"],
        is_installed: || packages::find_program("faketime").is_some(),
        start: None,
    },
    Engine {
        name: "Taskwarrior",
        packages: &["taskwarrior"],
        is_installed: || packages::find_program("task").is_some(),
        start: None,
    },
];

/// The engines of one test run. Dropping it stops the servers.
#[derive(Default)]
pub struct Running {
    /// For the environment of the tests.
    pub variables: Vec<(&'static str, String)>,
    /// Engines that could not be had here; never filled in CI, where that is an error.
    pub absent: Vec<&'static str>,
    servers: Vec<Box<dyn RunningServer>>,
}

impl Running {
    /// Installs what is missing and starts a private instance of every server.
    pub fn start(engines: &[Engine]) -> Result<Self> {
        let mut running = Self::default();
        for engine in engines {
            match running
                .add(engine)
                .with_context(|| format!("{} is missing", engine.name))
            {
                Ok(()) => {}
                Err(error) if is_ci() => return Err(error),
                Err(error) => {
                    eprintln!("note: {error:#}; the tests that need it are skipped");
                    running.absent.push(engine.name);
                }
            }
        }
        Ok(running)
    }

    fn add(&mut self, engine: &Engine) -> Result<()> {
        if let Some(start) = &engine.start
            && let Some(value) = variable(start.variable)
        {
            println!("{}: using {} as it is set", engine.name, start.variable);
            self.variables.push((start.variable, value));
            return Ok(());
        }
        if !(engine.is_installed)() {
            packages::install(engine.packages)?;
        }
        if let Some(start) = &engine.start {
            let server = (start.private)()?;
            self.variables
                .push((start.variable, server.url().to_owned()));
            self.servers.push(server);
        }
        Ok(())
    }
}

fn start_postgres() -> Result<Box<dyn RunningServer>> {
    let name = format!("run-{}", std::process::id());
    let folder = workspace::target()?.join("test-postgres").join(name);
    let server = postgres::Server::start(&folder, postgres::Durability::None)?;
    Ok(Box::new(server))
}

/// Debian keeps the program off the search path of ordinary accounts.
fn has_nats() -> bool {
    packages::find_program("nats-server").is_some() || Path::new("/usr/sbin/nats-server").is_file()
}

/// A port that was free a moment ago. The server's start fails loudly where another took it since.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
    Ok(listener.local_addr()?.port())
}
