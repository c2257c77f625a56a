//! A real browser (Debian's packages `chromium` and `chromium-driver`), without a window.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use serde_json::json;

use crate::skip_without;

/// One window; ends with [`Browser::close`], or is killed when dropped.
#[derive(Debug)]
pub struct Browser {
    /// The window.
    pub page: Client,
    _driver: Driver,
}

/// Ends every browser that it started when it ends.
#[derive(Debug)]
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Browser {
    /// `None` when it is not installed and nobody insists.
    ///
    /// # Panics
    /// When it does not start, or is not installed and `CI` is set.
    pub async fn start() -> Option<Self> {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = started else {
            skip_without("chromedriver");
            return None;
        };
        let mut driver = Driver(child);
        let port = port(&mut driver.0);
        let options = json!({
            // the sandbox refuses to run as root, as build machines do
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        });
        let page = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(
                [("goog:chromeOptions".to_owned(), options)]
                    .into_iter()
                    .collect(),
            )
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser starts");
        Some(Self {
            page,
            _driver: driver,
        })
    }

    /// Closes the window and ends the browser.
    ///
    /// # Panics
    /// When the browser is gone already.
    pub async fn close(self) {
        self.page.close().await.expect("the browser is there");
    }
}

/// The driver says on which port it listens.
fn port(driver: &mut Child) -> u16 {
    let output = driver.stdout.take().expect("it is piped");
    let said = BufReader::new(output).lines().find_map(|line| {
        let line = line.ok()?;
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    said.expect("chromedriver names its port")
}
