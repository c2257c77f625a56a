//! Reading rows that somebody has: a column for each feature, by name, in any order.

use std::path::Path;

use anyhow::Context as _;
use astro_data::{Row, WIDTH, registry};

use super::parquet;
use crate::failure::Misuse;

/// # Errors
/// Names the column or the row that cannot be read.
pub fn read(path: &Path) -> anyhow::Result<Vec<Row>> {
    let names: Vec<&str> = registry::all().map(|feature| feature.name).collect();
    let rows = match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => read_csv(path, &names),
        Some("parquet") => parquet::read(path, &names),
        _ => {
            return Err(Misuse::error(
                "the rows must stand in a file that ends with .csv or .parquet",
            ));
        }
    };
    let rows = rows.with_context(|| format!("reading {}", path.display()))?;
    rows.into_iter()
        .map(|values| {
            let values: [f32; WIDTH] = values
                .try_into()
                .ok()
                .context("a number for each feature")?;
            Ok(Row(values))
        })
        .collect()
}

fn read_csv(path: &Path, names: &[&str]) -> anyhow::Result<Vec<Vec<f32>>> {
    let mut reader = csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let place = |name: &&str| {
        let place = header.iter().position(|column| column == *name);
        place.with_context(|| format!("there is no column `{name}`"))
    };
    let places: Vec<usize> = names.iter().map(place).collect::<anyhow::Result<_>>()?;
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record?;
        let value = |(name, place): (&&str, &usize)| {
            let cell = record.get(*place).unwrap_or_default();
            single(cell.parse().ok()).with_context(|| {
                format!("row {}: `{name}` is no finite number: `{cell}`", number + 1)
            })
        };
        rows.push(
            names
                .iter()
                .zip(&places)
                .map(value)
                .collect::<anyhow::Result<_>>()?,
        );
    }
    Ok(rows)
}

/// A number as nets see it; nothing for what is none or has no end.
#[expect(
    clippy::cast_possible_truncation,
    reason = "features are of single precision"
)]
pub fn single(number: Option<f64>) -> Option<f32> {
    number
        .map(|number| number as f32)
        .filter(|number| number.is_finite())
}
