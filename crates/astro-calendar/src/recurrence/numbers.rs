//! The parts that are lists of numbers.

/// Which numbers a part may hold.
pub(super) struct Numbers {
    pub part: &'static str,
    /// How a message says it.
    pub allowed: &'static str,
    pub range: (i64, i64),
    /// Whether -1 is the last one.
    pub from_both_ends: bool,
}

pub(super) const SECONDS: Numbers = Numbers {
    part: "BYSECOND",
    allowed: "a second from 0 to 60",
    range: (0, 60),
    from_both_ends: false,
};
pub(super) const MINUTES: Numbers = Numbers {
    part: "BYMINUTE",
    allowed: "a minute from 0 to 59",
    range: (0, 59),
    from_both_ends: false,
};
pub(super) const HOURS: Numbers = Numbers {
    part: "BYHOUR",
    allowed: "an hour from 0 to 23",
    range: (0, 23),
    from_both_ends: false,
};
pub(super) const MONTH_DAYS: Numbers = Numbers {
    part: "BYMONTHDAY",
    allowed: "a day of the month from 1 to 31, or -1 (the last) to -31",
    range: (1, 31),
    from_both_ends: true,
};
pub(super) const YEAR_DAYS: Numbers = Numbers {
    part: "BYYEARDAY",
    allowed: "a day of the year from 1 to 366, or -1 (the last) to -366",
    range: (1, 366),
    from_both_ends: true,
};
pub(super) const WEEKS: Numbers = Numbers {
    part: "BYWEEKNO",
    allowed: "a week from 1 to 53, or -1 (the last) to -53",
    range: (1, 53),
    from_both_ends: true,
};
pub(super) const MONTHS: Numbers = Numbers {
    part: "BYMONTH",
    allowed: "a month from 1 to 12",
    range: (1, 12),
    from_both_ends: false,
};
pub(super) const POSITIONS: Numbers = Numbers {
    part: "BYSETPOS",
    allowed: "a position from 1 to 366, or -1 (the last) to -366",
    range: (1, 366),
    from_both_ends: true,
};
