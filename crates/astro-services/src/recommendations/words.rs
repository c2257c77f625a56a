//! Numbers and days in English.

use astro_core::calendar::Date;

/// `1st`, `2nd`, `11th`, ..
pub(super) fn ordinal(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// `Friday, 27 November`.
pub(super) fn day(date: Date) -> String {
    date.strftime("%A, %-d %B").to_string()
}

/// `1 day`, `3 days`.
pub(super) fn days(n: i64) -> String {
    if n == 1 {
        "1 day".to_owned()
    } else {
        format!("{n} days")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_end_as_they_are_spoken() {
        let spoken: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111, 113]
            .map(ordinal)
            .to_vec();
        assert_eq!(
            spoken,
            [
                "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st",
                "111th", "113th"
            ]
        );
    }

    #[test]
    fn days_are_spoken() {
        assert_eq!(
            day(astro_core::calendar::date(2026, 11, 27)),
            "Friday, 27 November"
        );
        assert_eq!([days(1), days(2)], ["1 day", "2 days"]);
    }
}
