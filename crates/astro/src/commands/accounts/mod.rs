//! `astro user`, `astro tenant`, `astro token`: who gets in.

mod password;
mod tenants;
mod tokens;
mod users;

pub use password::read as secret;
pub use tenants::run as tenant;
pub use tokens::{rotate_keys, run as token};
pub use users::run as user;

use anyhow::bail;
use serde_json::Value;

use crate::client::Client;
use crate::table::text;

/// The id of a tenant by its slug.
async fn tenant_id(client: &Client, slug: &str) -> anyhow::Result<String> {
    let all: Vec<Value> = client.all("/api/v1/tenants").await?;
    match all.iter().find(|tenant| tenant["slug"] == slug) {
        Some(tenant) => Ok(text(&tenant["id"])),
        None => bail!("there is no tenant '{slug}'"),
    }
}

/// The day of an instant of the API, for lists.
fn day(value: &Value) -> String {
    text(value).chars().take(10).collect()
}
