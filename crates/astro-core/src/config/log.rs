//! What is logged, how and where to.

use std::path::PathBuf;

use super::settings::settings;

coded_enum! {
    /// The form of a log line.
    pub enum LogFormat {
        /// Text on a terminal, JSON elsewhere.
        Auto = 0 => "auto",
        Text = 1 => "text",
        Json = 2 => "json",
    }
}

settings! {
    /// Logs never hold titles, passwords or tokens, at any level.
    pub struct LogConfig in "log" {
        /// Levels, one for all and then by module: `info,astro_store=debug`.
        level: String = "info".to_owned();
        /// The form of a line: auto (text on a terminal, JSON elsewhere), text or json. Files hold JSON unless it is text.
        format: LogFormat = LogFormat::Auto;
        /// Also write to files with this path and the day's date, one for each day.
        file: Option<PathBuf> = None;
        /// How many days' log files are kept.
        keep_files: usize = 14;
    }
}
