//! Time in bins: fourteen days, then ten weeks; and where each lies against the moment that a task is
//! wanted by.

use std::sync::LazyLock;

use astro_data::{Row, registry};

pub const DAYS: usize = 14;
pub const WEEKS: usize = 10;
pub const BINS: usize = DAYS + WEEKS;
/// Ways in which a bin can lie against when a task is wanted.
pub const SLOTS: usize = 9;
const DAY_H: f64 = 24.0;
const WEEK_H: f64 = 168.0;

/// Hours at which a bin ends.
pub fn end_h(bin: usize) -> f64 {
    use crate::maths::count;
    if bin < DAYS {
        count(bin + 1) * DAY_H
    } else {
        count(DAYS) * DAY_H + count(bin + 1 - DAYS) * WEEK_H
    }
}

/// Hours at which a bin begins.
pub fn begin_h(bin: usize) -> f64 {
    bin.checked_sub(1).map_or(0.0, end_h)
}

/// The bin that holds a moment; `None` beyond the last.
pub fn bin_of(after_h: f64) -> Option<usize> {
    (0..BINS).find(|bin| after_h < end_h(*bin))
}

/// Where a bin lies against when the task is wanted, in hours from now: 0 where nobody said, then from long
/// before it to long after.
pub fn slot(bin: usize, wanted_h: Option<f64>) -> usize {
    let Some(wanted_h) = wanted_h else { return 0 };
    let (until, since) = (wanted_h - end_h(bin), begin_h(bin) - wanted_h);
    if until >= 0.0 {
        match until {
            _ if until >= WEEK_H => 1,
            _ if until >= 3.0 * DAY_H => 2,
            _ if until >= DAY_H => 3,
            _ => 4,
        }
    } else if since > 0.0 {
        match since {
            _ if since <= DAY_H => 6,
            _ if since <= 3.0 * DAY_H => 7,
            _ => 8,
        }
    } else {
        5
    }
}

/// Hours until a row's task is wanted, by its due or its deadline, whichever comes first; negative when it
/// is overdue.
pub fn wanted_h(row: &Row) -> Option<f64> {
    static PLACES: LazyLock<[Option<usize>; 4]> =
        LazyLock::new(|| ["has_due", "due_in", "has_deadline", "deadline_in"].map(registry::place));
    let value = |place: Option<usize>| place.map_or(0.0, |place| f64::from(row.0[place]));
    let [has_due, due_in, has_deadline, deadline_in] = PLACES.map(value);
    let hours = |signed_log: f64| libm::copysign(libm::expm1(libm::fabs(signed_log)), signed_log);
    let due = (has_due > 0.5).then(|| hours(due_in));
    let deadline = (has_deadline > 0.5).then(|| hours(deadline_in));
    match (due, deadline) {
        (Some(due), Some(deadline)) => Some(due.min(deadline)),
        (due, deadline) => due.or(deadline),
    }
}

/// The hours of the question that people ask of a task: is it done by when it is wanted? Where nobody
/// said, and where that is over, is it done in a week?
pub fn asked_h(row: &Row) -> f64 {
    wanted_h(row).filter(|hours| *hours > 0.0).unwrap_or(WEEK_H)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_follow_each_other_and_cover_twelve_weeks() {
        for bin in 0..BINS {
            assert!(begin_h(bin) < end_h(bin));
            assert_eq!(bin_of(begin_h(bin)), Some(bin));
            assert_eq!(bin_of(end_h(bin) - 0.01), Some(bin));
        }
        assert!((end_h(BINS - 1) - 12.0 * WEEK_H).abs() < 1e-9);
        assert_eq!(bin_of(12.0 * WEEK_H), None);
    }

    #[test]
    fn slots_go_from_long_before_to_long_after() {
        let slots = |wanted| {
            (0..BINS)
                .map(|bin| slot(bin, Some(wanted)))
                .collect::<Vec<_>>()
        };
        assert_eq!(slots(30.0)[..7], [4, 5, 6, 7, 7, 8, 8]);
        assert_eq!(slots(-5.0)[..3], [6, 7, 7]);
        assert_eq!(slots(2_000.0)[0], 1);
        assert!(slots(100.0).is_sorted());
        assert_eq!(slot(3, None), 0);
        assert!((0..BINS).all(|bin| (0..SLOTS).contains(&slot(bin, Some(77.0)))));
    }

    #[test]
    fn a_row_says_when_its_task_is_wanted() {
        let place = |name| registry::place(name).unwrap();
        let mut row = Row([0.0; astro_data::WIDTH]);
        assert_eq!(wanted_h(&row), None);
        assert!((asked_h(&row) - WEEK_H).abs() < 1e-9);
        row.0[place("has_due")] = 1.0;
        row.0[place("due_in")] = libm::log1pf(36.0);
        assert!((wanted_h(&row).unwrap() - 36.0).abs() < 1e-3);
        row.0[place("has_deadline")] = 1.0;
        row.0[place("deadline_in")] = -libm::log1pf(2.0);
        assert!((wanted_h(&row).unwrap() + 2.0).abs() < 1e-3);
        assert!(
            (asked_h(&row) - WEEK_H).abs() < 1e-9,
            "what is over is asked by the week"
        );
    }
}
