//! Two squares from 0 to 1, and errors beside each other.

use std::fmt::Write as _;

use crate::evaluation::{NET, Scored, Slice};

/// Edge of the square, and room for its scale.
const SIDE: f64 = 240.0;
const ROOM: f64 = 28.0;

/// What was said against what came, a point for each bin.
pub(super) fn reliability(bins: &[(f64, f64, usize)]) -> String {
    let points: Vec<(f64, f64)> = bins.iter().map(|(said, came, _)| (*said, *came)).collect();
    square(
        &points,
        true,
        "said",
        "came",
        "Calibration: on the dashed line, what is said is what comes",
    )
}

pub(super) fn roc(points: &[(f64, f64)]) -> String {
    square(
        points,
        false,
        "false alarms",
        "found",
        "ROC: the further from the dashed line, the better told apart",
    )
}

fn square(points: &[(f64, f64)], dots: bool, across: &str, up: &str, caption: &str) -> String {
    let edge = SIDE + ROOM;
    let x = |value: f64| ROOM + value * SIDE;
    let y = |value: f64| SIDE * (1.0 - value) + 4.0;
    let mut svg = format!(
        "<figure><svg viewBox=\"0 0 {0} {0}\" role=\"img\" aria-label=\"{caption}\">\
         <rect class=\"axis\" x=\"{ROOM}\" y=\"4\" width=\"{SIDE}\" height=\"{SIDE}\"/>\
         <line class=\"even\" x1=\"{ROOM}\" y1=\"{1}\" x2=\"{2}\" y2=\"4\"/><polyline class=\"curve\" points=\"",
        edge + 8.0,
        SIDE + 4.0,
        ROOM + SIDE,
    );
    // writing to a string cannot fail
    for (across, up) in points {
        let _ = write!(svg, "{:.1},{:.1} ", x(*across), y(*up));
    }
    svg.push_str("\"/>");
    if dots {
        for (across, up) in points {
            let _ = write!(
                svg,
                "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/>",
                x(*across),
                y(*up)
            );
        }
    }
    for value in [0.0, 0.5, 1.0] {
        let _ = write!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{value}</text><text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{value}</text>",
            x(value),
            SIDE + 18.0,
            ROOM - 5.0,
            y(value) + 4.0,
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{across}</text><text x=\"{:.0}\" y=\"18\">{up}</text>\
         </svg><figcaption>{caption}</figcaption></figure>",
        ROOM + SIDE,
        SIDE + 30.0,
        ROOM + 6.0,
    );
    svg
}

/// Room for the names of slices, width of the scale beside it, and height of a slice.
const NAMES: f64 = 190.0;
const SCALE: f64 = 400.0;
const ROW: f64 = 40.0;

/// Log loss of the net and of the best baseline on each slice, with whiskers from end to end of the interval.
pub(super) fn errors(slices: &[Slice]) -> String {
    let caption = "Error by slice: log loss, whiskers 95 %; the further left, the better. Filled: the net; \
                   hollow: the best baseline, by its name";
    let pairs: Vec<_> = slices
        .iter()
        .filter_map(|slice| Some((slice, slice.net()?, best_baseline(slice))))
        .collect();
    let ends = pairs.iter().flat_map(|(_, net, other)| {
        let models = [Some(*net), *other].into_iter().flatten();
        models.map(|model| model.log_loss.high.max(model.figures.log_loss))
    });
    let most = rounded_up(ends.filter(|end| end.is_finite()).fold(0.0, f64::max));
    if pairs.is_empty() || most <= 0.0 {
        return String::new();
    }
    let x = |loss: f64| NAMES + loss.clamp(0.0, most) / most * SCALE;
    let bottom = ROW * f64::from(u32::try_from(pairs.len()).unwrap_or(u32::MAX));
    let mut svg = format!(
        "<figure><svg class=\"wide\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{caption}\">",
        NAMES + SCALE + 90.0,
        bottom + 24.0,
    );
    scale(&mut svg, bottom, most, x);
    let mut middle = ROW / 2.0;
    for (slice, net, other) in pairs {
        // writing to a string cannot fail
        let _ = write!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
            NAMES - 10.0,
            middle + 4.0,
            slice.name,
        );
        whiskers(&mut svg, "net", net, middle - 7.0, x);
        if let Some(other) = other {
            whiskers(&mut svg, "base", other, middle + 7.0, x);
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.0}\">{}</text>",
                x(other.log_loss.high.max(other.figures.log_loss)) + 6.0,
                middle + 11.0,
                other.model,
            );
        }
        middle += ROW;
    }
    let _ = write!(svg, "</svg><figcaption>{caption}</figcaption></figure>");
    svg
}

fn best_baseline(slice: &Slice) -> Option<&Scored> {
    let others = slice.models.iter().filter(|model| model.model != NET);
    others.min_by(|a, b| a.figures.log_loss.total_cmp(&b.figures.log_loss))
}

/// The end of a scale from 0 that a reader can halve.
fn rounded_up(most: f64) -> f64 {
    (most * 5.0).ceil() / 5.0
}

fn scale(svg: &mut String, bottom: f64, most: f64, x: impl Fn(f64) -> f64) {
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (value, at) = (part * most, x(part * most));
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"{at:.1}\" y1=\"0\" x2=\"{at:.1}\" y2=\"{bottom:.0}\"/>\
             <text x=\"{at:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{value:.2}</text>",
            bottom + 16.0,
        );
    }
}

/// A dot and the interval through it.
fn whiskers(svg: &mut String, class: &str, model: &Scored, y: f64, x: impl Fn(f64) -> f64) {
    let (low, high) = (x(model.log_loss.low), x(model.log_loss.high));
    let _ = write!(
        svg,
        "<g class=\"{class}\"><path d=\"M{low:.1} {y:.1}H{high:.1}M{low:.1} {:.1}v8M{high:.1} {:.1}v8\"/>\
         <circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4\"/><title>{} {:.4}</title></g>",
        y - 4.0,
        y - 4.0,
        x(model.figures.log_loss),
        model.model,
        model.figures.log_loss,
    );
}
