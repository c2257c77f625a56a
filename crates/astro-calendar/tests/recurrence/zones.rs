//! Changes of the clocks.

use super::*;

/// Beginnings with their offsets, from an instant on.
fn shown(series: &Series, from: &str, count: usize) -> Vec<String> {
    let from = from.parse().unwrap();
    series
        .from(from, &TimeZone::UTC)
        .take(count)
        .map(|occurrence| {
            let start = occurrence.unwrap().start;
            format!("{start} = {}", start.instant(&TimeZone::UTC))
        })
        .collect()
}

#[test]
fn nine_oclock_stays_nine_oclock_in_madrid() {
    let daily = series("2020-01-01T09:00[Europe/Madrid]", "FREQ=DAILY");
    assert_eq!(
        shown(&daily, "2026-03-28T00:00:00Z", 3),
        [
            "2026-03-28T09:00:00[Europe/Madrid] = 2026-03-28T08:00:00Z",
            "2026-03-29T09:00:00[Europe/Madrid] = 2026-03-29T07:00:00Z",
            "2026-03-30T09:00:00[Europe/Madrid] = 2026-03-30T07:00:00Z",
        ]
    );
    assert_eq!(
        shown(&daily, "2026-10-24T00:00:00Z", 3),
        [
            "2026-10-24T09:00:00[Europe/Madrid] = 2026-10-24T07:00:00Z",
            "2026-10-25T09:00:00[Europe/Madrid] = 2026-10-25T08:00:00Z",
            "2026-10-26T09:00:00[Europe/Madrid] = 2026-10-26T08:00:00Z",
        ]
    );
}
