//! How a command ends badly: 1 when it could not do what was asked, 2 when it was asked wrongly.

use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use http::StatusCode;

use crate::client::Refused;
use crate::screen::Screen;

/// The command line or the configuration is wrong; nothing was tried.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

impl Misuse {
    pub fn error(text: impl Into<String>) -> anyhow::Error {
        Self(text.into()).into()
    }
}

/// Tells the person on stderr and gives the exit code.
pub fn report(error: &anyhow::Error, screen: &Screen) -> ExitCode {
    if is_closed_pipe(error) {
        // `astro task list | head` has read what it wanted.
        return ExitCode::SUCCESS;
    }
    let label = screen.error_label();
    // When even stderr is gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "{label}{error:#}");
    if error.is::<Misuse>() || Refused::status(error) == Some(StatusCode::UNPROCESSABLE_ENTITY) {
        ExitCode::from(2)
    } else {
        ExitCode::FAILURE
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == ErrorKind::BrokenPipe)
    })
}
