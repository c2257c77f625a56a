//! A version's evaluation as one page: tables, and plots as SVG. No script and no address of elsewhere is in
//! it, and no word that a person wrote.

mod plots;

use std::fmt::Write as _;

use crate::artifact::Manifest;
use crate::evaluation::{Evaluation, Good, Measure, NET, Slice};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1d2327;--soft:#5b6670;--line:#d9dee3;--paper:#fbfbfa;--net:#2f6f5e;--mark:#b3541e}\
@media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--soft:#9aa5ae;--line:#343b41;--paper:#171a1c;--net:#76c2ab;--mark:#e09060}}\
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:62rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin:2.2rem 0 .4rem}p,dd{color:var(--soft)}\
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem}\
th,td{padding:.3rem .8rem .3rem 0;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}\
th{color:var(--soft);font-weight:500}th:first-child,td:first-child{text-align:left}tr.net td{color:var(--net);font-weight:600}\
.plots{display:flex;flex-wrap:wrap;gap:1.5rem;margin-top:1rem}figure{margin:0}figcaption{color:var(--soft);font-size:.85rem}\
svg{width:17rem;height:17rem}svg .axis{stroke:var(--line);fill:none}svg .even{stroke:var(--soft);stroke-dasharray:3 4}\
svg .curve{stroke:var(--net);fill:none;stroke-width:2}svg .dot{fill:var(--net)}svg text{fill:var(--soft);font-size:11px}\
svg.wide{width:40rem;max-width:100%;height:auto}svg .net{stroke:var(--net);fill:var(--net);stroke-width:1.5}\
svg .base{stroke:var(--mark);fill:var(--paper);stroke-width:1.5}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:1rem 0}dt{color:var(--soft)}dd{margin:0;color:var(--ink);overflow-wrap:anywhere}\
.warn{color:var(--mark)}";

/// The page of a version.
pub fn page(version: &str, manifest: &Manifest) -> String {
    let mut page = String::new();
    let kind = manifest.what;
    let title = format!("{kind} {version}");
    // writing to a string cannot fail
    let _ = write!(
        page,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"
    );
    about(&mut page, manifest);
    match &manifest.evaluation {
        Some(evaluation) => {
            page.push_str(&plots::errors(&evaluation.slices));
            for slice in &evaluation.slices {
                of_slice(&mut page, slice);
            }
            measures(&mut page, &evaluation.measures);
        }
        None => page.push_str(
            "<p class=\"warn\">Too little was left to judge it by. Nobody can say yet how good it is.</p>",
        ),
    }
    page.push_str("</body></html>\n");
    page
}

fn about(page: &mut String, manifest: &Manifest) {
    let data = &manifest.data;
    let rows = [
        (
            "learnt from",
            format!(
                "{} examples of {} people; {} more said when to stop",
                data.learnt, data.people, data.checked
            ),
        ),
        ("known until", data.until.to_string()),
        (
            "began with",
            manifest
                .parent
                .clone()
                .unwrap_or_else(|| "nothing".to_owned()),
        ),
        (
            "passes",
            format!(
                "{}, of which number {} was kept",
                manifest.passes, manifest.best_pass
            ),
        ),
        ("seed", manifest.settings.seed.to_string()),
        ("features", manifest.feature_schema.clone()),
        ("data", data.hash.clone()),
        (
            "made by",
            format!("astro {}, {}", manifest.product, manifest.framework),
        ),
    ];
    page.push_str("<dl>");
    for (name, value) in rows {
        let _ = write!(page, "<dt>{name}</dt><dd>{value}</dd>");
    }
    page.push_str("</dl>");
}

fn of_slice(page: &mut String, slice: &Slice) {
    let _ = write!(
        page,
        "<h2>{} <small>({} people)</small></h2><p>Asked: {}.</p>",
        slice.name, slice.people, slice.question
    );
    let better = Evaluation::not_beaten(slice);
    let _ = if better.is_empty() {
        write!(
            page,
            "<p>The net is better than every baseline, by log loss.</p>"
        )
    } else {
        write!(
            page,
            "<p class=\"warn\">No worse than the net, by log loss: {}.</p>",
            better.join(", ")
        )
    };
    table(page, slice);
    page.push_str("<div class=\"plots\">");
    page.push_str(&plots::reliability(&slice.reliability));
    page.push_str(&plots::roc(&slice.roc));
    page.push_str("</div>");
    let Some(survival) = &slice.survival else {
        return;
    };
    let _ = write!(
        page,
        "<p>Over time: concordance {:.3}; Brier score after 1, 3, 7 and 14 days {:.3}, {:.3}, {:.3}, {:.3}.</p>",
        survival.concordance,
        survival.brier[0],
        survival.brier[1],
        survival.brier[2],
        survival.brier[3],
    );
}

/// What has no yes and no.
fn measures(page: &mut String, measures: &[Measure]) {
    if measures.is_empty() {
        return;
    }
    page.push_str(
        "<h2>Besides</h2><p>The constant says the same of every row.</p><div class=\"scroll\"><table><thead><tr>\
         <th>figure</th><th>rows of</th><th>rows</th><th>net</th><th>constant</th><th>good is</th></tr></thead><tbody>",
    );
    for measure in measures {
        let good = match measure.good {
            Good::High => "high",
            Good::Low => "low",
            Good::Near80 => "near 0.8",
        };
        let _ = write!(
            page,
            "<tr class=\"{}\"><td>{}</td><td>{}</td><td>{}</td><td>{:.4}</td><td>{:.4}</td><td>{good}</td></tr>",
            if measure.is_not_beaten() {
                "warn"
            } else {
                "net"
            },
            measure.name,
            measure.slice,
            measure.rows,
            measure.net,
            measure.constant,
        );
    }
    page.push_str("</tbody></table></div>");
}

fn table(page: &mut String, slice: &Slice) {
    page.push_str(
        "<div class=\"scroll\"><table><thead><tr><th>model</th><th>rows</th><th>came</th><th>AUC</th>\
         <th>log loss</th><th>95 %</th><th>Brier</th><th>ECE</th><th>slope</th></tr></thead><tbody>",
    );
    for model in &slice.models {
        let figures = &model.figures;
        let _ = write!(
            page,
            "<tr{}><td>{}</td><td>{}</td><td>{:.3}</td><td>{:.3}</td><td>{:.4}</td><td>{:.4} to {:.4}</td>\
             <td>{:.4}</td><td>{:.3}</td><td>{:.2}</td></tr>",
            if model.model == NET {
                " class=\"net\""
            } else {
                ""
            },
            model.model,
            figures.rows,
            figures.base_rate,
            figures.auc,
            figures.log_loss,
            model.log_loss.low,
            model.log_loss.high,
            figures.brier,
            figures.ece,
            figures.slope,
        );
    }
    page.push_str("</tbody></table></div>");
}

#[cfg(test)]
mod tests {
    use astro_core::calendar::Timestamp;
    use uuid::Uuid;

    use super::plots;
    use crate::evaluation::{Asked, judge};

    /// Somebody who is asked each hour, with what a net and two others said.
    fn slice(name: &str, net: f64) -> crate::evaluation::Slice {
        let start: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
        let asked: Vec<Asked> = (0..60)
            .map(|hour| Asked {
                person: Uuid::from_u128(hour % 12),
                at: start,
                came: hour % 3 == 0,
            })
            .collect();
        let said = |right: f64| -> Vec<f64> {
            let said = asked
                .iter()
                .map(|asked| if asked.came { right } else { 1.0 - right });
            said.collect()
        };
        let models = [("net", net), ("poor", 0.4), ("fair", 0.6)];
        let models = models.map(|(model, right)| (model.to_owned(), said(right)));
        judge(name, "did it come", &asked, &models, 1).unwrap()
    }

    #[test]
    fn errors_stand_side_by_side_with_whiskers_and_the_best_baseline() {
        let svg = plots::errors(&[slice("later", 0.8), slice("new people", 0.7)]);
        for word in ["later", "new people", "fair", "<title>net 0.2231</title>"] {
            assert!(svg.contains(word), "{word}: {svg}");
        }
        assert!(!svg.contains("poor") && !svg.contains("NaN"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 4);
        assert_eq!(plots::errors(&[]), "");
    }
}
