//! `rec:2w` (from completion) and `rec:+2w` (from the due date), as its programs agree on.

use astro_core::tasks::RepeatFrom;

const WORKDAYS: &str = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR";

pub(super) fn to_rrule(text: &str) -> Option<(String, RepeatFrom)> {
    let (text, from) = match text.strip_prefix('+') {
        Some(text) => (text, RepeatFrom::Due),
        None => (text, RepeatFrom::Completion),
    };
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
    let frequency = match unit {
        "d" => "DAILY",
        "w" => "WEEKLY",
        "m" => "MONTHLY",
        "y" => "YEARLY",
        "b" if number == 1 => return Some((WORKDAYS.to_owned(), from)),
        _ => return None,
    };
    let rule = match number {
        1 => format!("FREQ={frequency}"),
        _ => format!("FREQ={frequency};INTERVAL={number}"),
    };
    Some((rule, from))
}

/// `None` when `rec:` has no word for the rule.
pub(super) fn to_rec(rrule: &str, from: RepeatFrom) -> Option<String> {
    let plus = match from {
        RepeatFrom::Due => "+",
        RepeatFrom::Completion => "",
    };
    if rrule == WORKDAYS {
        return Some(format!("{plus}1b"));
    }
    let rest = rrule.strip_prefix("FREQ=")?;
    let (frequency, number) = match rest.split_once(";INTERVAL=") {
        Some((frequency, number)) => (frequency, number.parse::<u32>().ok()?),
        None => (rest, 1),
    };
    let unit = match frequency {
        "DAILY" => 'd',
        "WEEKLY" => 'w',
        "MONTHLY" => 'm',
        "YEARLY" => 'y',
        _ => return None,
    };
    Some(format!("{plus}{number}{unit}"))
}
