//! Two squares from 0 to 1.

use std::fmt::Write as _;

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
