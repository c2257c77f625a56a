//! Showing that something takes time, to people only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::screen::Screen;

/// Shown on stderr while work goes on; nothing where nobody looks on.
pub struct Progress(ProgressBar);

impl Progress {
    fn of(screen: &Screen) -> ProgressBar {
        let bar = ProgressBar::no_length();
        bar.set_draw_target(if screen.is_watched() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        bar
    }

    pub fn set(&self, done: u64, all: u64) {
        self.0.set_length(all);
        self.0.set_position(done);
    }

    /// Says what is counted, where that changes.
    pub fn say(&self, what: String) {
        self.0.set_message(what);
    }

    /// Leaves no trace on the terminal.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// For work of unknown length.
pub fn spinner(screen: &Screen, what: &'static str) -> Progress {
    let bar = Progress::of(screen);
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    Progress(bar)
}

/// For work that is counted.
pub fn bar(screen: &Screen, what: &'static str) -> Progress {
    let bar = Progress::of(screen);
    // A template that this version cannot read would only cost the looks.
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    Progress(bar)
}
