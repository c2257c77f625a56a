//! The RFC's table read literally: every day is looked at, every time of day, every period apart.
//! Slow, without any jump, and written without the engine's parts.

use std::collections::BTreeMap;

use astro_calendar::{Date, DateTime, Time, ToSpan as _, Weekday};
use proptest::prelude::*;

use super::making::{local_time, rule_text};
use super::*;

struct Reading<'a> {
    parts: BTreeMap<&'a str, &'a str>,
    start: DateTime,
    week_start: Weekday,
}

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

impl<'a> Reading<'a> {
    fn new(text: &'a str, start: DateTime) -> Self {
        let parts: BTreeMap<_, _> = text
            .split(';')
            .map(|part| part.split_once('=').unwrap())
            .collect();
        let week_start = parts.get("WKST").copied().unwrap_or("MO");
        let offset = WEEKDAYS.iter().position(|day| *day == week_start).unwrap();
        let week_start = Weekday::from_monday_zero_offset(i8::try_from(offset).unwrap()).unwrap();
        Self {
            parts,
            start,
            week_start,
        }
    }

    fn frequency(&self) -> &str {
        self.parts["FREQ"]
    }

    fn has(&self, part: &str) -> bool {
        self.parts.contains_key(part)
    }

    fn numbers(&self, part: &str) -> Option<Vec<i32>> {
        let numbers = self.parts.get(part)?.split(',');
        Some(numbers.map(|number| number.parse().unwrap()).collect())
    }

    /// Whether the part is absent or holds the number, counted from the beginning or the end.
    fn allows(&self, part: &str, number: i32, len: i32) -> bool {
        self.numbers(part)
            .is_none_or(|wanted| wanted.contains(&number) || wanted.contains(&(number - len - 1)))
    }

    /// The week-year of a date, its week and how many weeks it has: that in which the week's fourth
    /// day lies.
    fn week(&self, date: Date) -> (i32, i32, i32) {
        let into = i32::from(date.weekday().since(self.week_start));
        let middle = date + (3 - into).days();
        let year = middle.year();
        let index = i32::from(middle.day_of_year()) - 1;
        let fourths = (i32::from(middle.days_in_year()) - 1 - index % 7) / 7 + 1;
        (i32::from(year), index / 7 + 1, fourths)
    }

    fn allows_weekday(&self, date: Date) -> bool {
        let Some(days) = self.parts.get("BYDAY") else {
            return true;
        };
        let within_month = self.frequency() == "MONTHLY" || self.has("BYMONTH");
        let (index, len) = if within_month {
            (date.day().into(), date.days_in_month().into())
        } else {
            (
                i32::from(date.day_of_year()),
                i32::from(date.days_in_year()),
            )
        };
        days.split(',').any(|day| {
            let (number, name) = day.split_at(day.len() - 2);
            let weekday =
                WEEKDAYS[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap()];
            let forward = (index - 1) / 7 + 1;
            let backward = -((len - index) / 7 + 1);
            name == weekday
                && (number.is_empty()
                    || [forward, backward].contains(&number.parse::<i32>().unwrap()))
        })
    }

    fn allows_date(&self, date: Date) -> bool {
        let named = ["BYMONTHDAY", "BYYEARDAY", "BYDAY"]
            .iter()
            .any(|part| self.has(part));
        let start = self.start.date();
        let (_, week, weeks) = self.week(date);
        let from_start = match self.frequency() {
            _ if named && self.has("BYWEEKNO") => true,
            "YEARLY" if self.has("BYWEEKNO") => date.weekday() == start.weekday(),
            // decision 0008: a day of the month of which no month is said is of DTSTART's
            "YEARLY" if !self.has("BYYEARDAY") && !self.has("BYDAY") => {
                (self.has("BYMONTH") || date.month() == start.month())
                    && (named || date.day() == start.day())
            }
            "MONTHLY" => named || date.day() == start.day(),
            "WEEKLY" => named || date.weekday() == start.weekday(),
            _ => true,
        };
        from_start
            && self.allows("BYMONTH", date.month().into(), 99)
            && self.allows("BYWEEKNO", week, weeks)
            && self.allows(
                "BYYEARDAY",
                date.day_of_year().into(),
                date.days_in_year().into(),
            )
            && self.allows("BYMONTHDAY", date.day().into(), date.days_in_month().into())
            && self.allows_weekday(date)
    }

    /// The values of a unit of the clock.
    fn values(&self, part: &str, finer: &[&str], start: i8, count: i32) -> Vec<i32> {
        let all: Vec<i32> = if finer.contains(&self.frequency()) {
            (0..count).collect()
        } else {
            vec![start.into()]
        };
        match self.numbers(part) {
            Some(mut numbers) => {
                numbers.sort_unstable();
                numbers.dedup();
                numbers
            }
            None => all,
        }
    }

    /// The period of a time: which one, counted in INTERVAL=1.
    fn period(&self, at: DateTime) -> i64 {
        let days = i64::from((at.date() - Date::new(1970, 1, 1).unwrap()).get_days());
        let seconds = days * 86400
            + i64::from(at.hour()) * 3600
            + i64::from(at.minute()) * 60
            + i64::from(at.second());
        match self.frequency() {
            "YEARLY" if self.has("BYWEEKNO") => self.week(at.date()).0.into(),
            "YEARLY" => at.year().into(),
            "MONTHLY" => i64::from(at.year()) * 12 + i64::from(at.month()),
            "WEEKLY" => (days - i64::from(at.weekday().since(self.week_start))) / 7,
            "DAILY" => days,
            "HOURLY" => seconds / 3600,
            "MINUTELY" => seconds / 60,
            _ => seconds,
        }
    }

    fn base(&self, sets: &BTreeMap<i64, Vec<DateTime>>) -> i64 {
        let own = self.period(self.start);
        if !self.has("BYWEEKNO") {
            return own;
        }
        // decision 0008: the week-year of DTSTART if something of it is left, else the calendar year
        let left = sets
            .get(&own)
            .is_some_and(|set| set.iter().any(|at| at.date() >= self.start.date()));
        if left { own } else { self.start.year().into() }
    }

    fn expand(&self, days: i32) -> Vec<DateTime> {
        let hours = self.values(
            "BYHOUR",
            &["HOURLY", "MINUTELY", "SECONDLY"],
            self.start.hour(),
            24,
        );
        let minutes = self.values(
            "BYMINUTE",
            &["MINUTELY", "SECONDLY"],
            self.start.minute(),
            60,
        );
        let seconds = self.values("BYSECOND", &["SECONDLY"], self.start.second(), 60);
        let part = |value: i32| i8::try_from(value).unwrap();
        let mut sets: BTreeMap<i64, Vec<DateTime>> = BTreeMap::new();
        // the period that DTSTART is in may have begun before
        let before = match self.frequency() {
            "YEARLY" => 400,
            "MONTHLY" | "WEEKLY" => 31,
            _ => 0,
        };
        for day in -before..days {
            let date = self.start.date() + day.days();
            if !self.allows_date(date) {
                continue;
            }
            for hour in &hours {
                for minute in &minutes {
                    for second in &seconds {
                        let time = Time::new(part(*hour), part(*minute), part(*second), 0).unwrap();
                        let at = date.to_datetime(time);
                        sets.entry(self.period(at)).or_default().push(at);
                    }
                }
            }
        }
        let base = self.base(&sets);
        let interval: i64 = self
            .parts
            .get("INTERVAL")
            .map_or(1, |text| text.parse().unwrap());
        let mut all: Vec<DateTime> = sets
            .into_iter()
            .filter(|(period, _)| *period >= base && (period - base) % interval == 0)
            .flat_map(|(_, set)| self.choose(set))
            .filter(|at| *at >= self.start)
            .collect();
        all.sort_unstable();
        all
    }

    fn choose(&self, set: Vec<DateTime>) -> Vec<DateTime> {
        let len = i32::try_from(set.len()).unwrap();
        (1..=len)
            .zip(set)
            .filter(|(position, _)| self.allows("BYSETPOS", *position, len))
            .map(|(_, at)| at)
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn the_engine_finds_what_a_literal_reading_of_the_table_finds(
        text in rule_text(), start in local_time(),
    ) {
        let reading = Reading::new(&text, start.parse().unwrap());
        // how far the literal reading gets in some hundredths of a second
        let days: i32 = match reading.frequency() {
            "SECONDLY" => 1,
            "MINUTELY" => 15,
            "HOURLY" => 200,
            _ => 1500,
        };
        let wanted = reading.expand(days);
        let end = reading.start + days.days();
        // the last period may be cut off in the middle
        let last = end - if days > 400 { 400.days() } else { 1.day() };
        let wanted: Vec<String> = wanted
            .into_iter()
            .filter(|at| *at < last)
            .map(|at| When::Floating(at).to_string())
            .collect();
        let made = series(&start, &text);
        let found: Vec<String> = made
            .occurrences(&TimeZone::UTC)
            .map_while(Result::ok)
            .take_while(|occurrence| matches!(occurrence.start, When::Floating(at) if at < last))
            .map(|occurrence| occurrence.start.to_string())
            .collect();
        prop_assert_eq!(found, wanted, "{}", text);
    }
}
