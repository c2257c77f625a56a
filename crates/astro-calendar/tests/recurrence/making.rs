//! Rules made up at random, such as could be meant.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const FREQUENCIES: [&str; 7] = [
    "YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY",
];
pub const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn one_in(times: u32) -> impl Strategy<Value = bool> {
    (0..times).prop_map(|value| value == 0)
}

fn numbers(low: i16, high: i16, from_both_ends: bool, most: usize) -> BoxedStrategy<String> {
    let number = (low..=high, any::<bool>()).prop_map(move |(number, backward)| {
        if backward && from_both_ends {
            -number
        } else {
            number
        }
    });
    prop::collection::vec(number, 1..=most)
        .prop_map(|numbers| {
            numbers
                .iter()
                .map(i16::to_string)
                .collect::<Vec<_>>()
                .join(",")
        })
        .boxed()
}

fn weekdays(with_numbers: bool) -> BoxedStrategy<String> {
    let plain = subsequence(&WEEKDAYS[..], 1..=4).prop_map(|days| days.join(","));
    if !with_numbers {
        return plain.boxed();
    }
    let numbered = prop::collection::vec((1_i8..=5, any::<bool>(), select(&WEEKDAYS[..])), 1..=3)
        .prop_map(|days| {
            let text = |(number, backward, day): &(i8, bool, &str)| {
                format!("{}{day}", if *backward { -number } else { *number })
            };
            days.iter().map(text).collect::<Vec<_>>().join(",")
        });
    prop_oneof![plain, numbered].boxed()
}

/// A rule without COUNT and UNTIL.
pub fn rule_text() -> impl Strategy<Value = String> {
    select(&FREQUENCIES[..]).prop_flat_map(|frequency| {
        let wide = matches!(frequency, "YEARLY" | "MONTHLY");
        let interval = match frequency {
            "YEARLY" => 1..=3_u32,
            "SECONDLY" | "MINUTELY" => 1..=100,
            _ => 1..=7,
        };
        let allows = |part: &str| match part {
            "BYWEEKNO" => frequency == "YEARLY",
            "BYYEARDAY" => !matches!(frequency, "MONTHLY" | "WEEKLY" | "DAILY"),
            "BYMONTHDAY" => frequency != "WEEKLY",
            _ => true,
        };
        let part = |name: &'static str, times: u32, values: BoxedStrategy<String>| {
            let allowed = allows(name);
            (one_in(times), values)
                .prop_map(move |(is_given, value)| (is_given && allowed).then_some((name, value)))
                .boxed()
        };
        let parts = vec![
            part("BYMONTH", 4, numbers(1, 12, false, 3)),
            part("BYWEEKNO", 8, numbers(1, 53, true, 3)),
            part("BYYEARDAY", 10, numbers(1, 366, true, 5)),
            part("BYMONTHDAY", 5, numbers(1, 31, true, 4)),
            part("BYDAY", 3, weekdays(wide)),
            part("BYHOUR", 6, numbers(0, 23, false, 3)),
            part("BYMINUTE", 8, numbers(0, 59, false, 3)),
            part("BYSECOND", 10, numbers(0, 59, false, 3)),
            part("BYSETPOS", 5, numbers(1, 4, true, 3)),
        ];
        let week_start = (one_in(3), select(&WEEKDAYS[..]));
        (interval, week_start, parts).prop_map(move |(interval, (has_start, start), parts)| {
            let given: Vec<_> = parts.into_iter().flatten().collect();
            let mut text = vec![format!("FREQ={frequency}")];
            if interval > 1 {
                text.push(format!("INTERVAL={interval}"));
            }
            if has_start {
                text.push(format!("WKST={start}"));
            }
            let has_weeks = given.iter().any(|(name, _)| *name == "BYWEEKNO");
            let is_alone = given.len() == 1;
            let is_allowed = |name: &str, value: &str| match name {
                "BYSETPOS" => !is_alone,
                "BYDAY" => !has_weeks || !value.contains(|c: char| c.is_ascii_digit()),
                _ => true,
            };
            for (name, value) in given {
                if is_allowed(name, &value) {
                    text.push(format!("{name}={value}"));
                }
            }
            text.join(";")
        })
    })
}

/// A local time of the years in which clocks changed in every way.
pub fn local_time() -> impl Strategy<Value = String> {
    let date = (1990_u16..2040, 1_u8..=12, 1_u8..=28, one_in(3));
    let time = (0_u8..24, 0_u8..60, select(&[0_u8, 0, 0, 59][..]));
    (date, time).prop_map(|((year, month, day, is_late), (hour, minute, second))| {
        let (month, day) = if is_late {
            (12, day.max(26))
        } else {
            (month, day)
        };
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    })
}
