//! Which parts may stand together.

use super::{
    problem::RuleError,
    rule::{Frequency, Parts},
};

/// What RFC 5545 3.3.10 forbids in combination.
pub(super) fn check(parts: &Parts) -> Result<(), RuleError> {
    let frequency = parts.frequency;
    let not_with = |part, instead| {
        Err(RuleError::NotWithFrequency {
            part,
            frequency: frequency.as_str(),
            instead,
        })
    };
    if !parts.weeks.is_empty() && frequency != Frequency::Yearly {
        return not_with("BYWEEKNO", "weeks are numbered with FREQ=YEARLY only");
    }
    let by_day_to_month = Frequency::Daily..=Frequency::Monthly;
    if !parts.year_days.is_empty() && by_day_to_month.contains(&frequency) {
        return not_with("BYYEARDAY", "use FREQ=YEARLY, or BYMONTH and BYMONTHDAY");
    }
    if !parts.month_days.is_empty() && frequency == Frequency::Weekly {
        return not_with("BYMONTHDAY", "use FREQ=MONTHLY or FREQ=DAILY");
    }
    if let Some(day) = parts.weekdays.iter().find(|day| day.number != 0) {
        if frequency < Frequency::Monthly {
            return not_with(
                "a number in BYDAY",
                "weekdays are counted with FREQ=MONTHLY and FREQ=YEARLY only",
            );
        }
        if !parts.weeks.is_empty() {
            return Err(RuleError::NumberedDayInWeek(day.to_string()));
        }
    }
    if !parts.positions.is_empty() && !has_by_part(parts) {
        return Err(RuleError::SetPosAlone);
    }
    Ok(())
}

fn has_by_part(parts: &Parts) -> bool {
    let numbers = [
        &parts.seconds,
        &parts.minutes,
        &parts.hours,
        &parts.month_days,
        &parts.year_days,
        &parts.weeks,
        &parts.months,
    ];
    numbers.iter().any(|values| !values.is_empty()) || !parts.weekdays.is_empty()
}
