//! The meanings that a pattern can have: each is a section `[rule.meaning]` of a language's file.

use super::pattern::Rule;

macro_rules! meanings {
    ($($(#[doc = $doc:literal])+ $meaning:ident = $rule:ident, $section:literal;)+) => {
        /// What a pattern means.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(in super::super) enum Meaning { $($(#[doc = $doc])+ $meaning),+ }

        impl Meaning {
            /// The meaning that a section gives to its patterns.
            pub fn of_section(name: &str) -> Option<Self> {
                match name { $($section => Some(Self::$meaning),)+ _ => None }
            }

            /// What a pattern of this meaning is a pattern of.
            pub const fn rule(self) -> Rule {
                match self { $(Self::$meaning => Rule::$rule,)+ }
            }
        }
    };
}

meanings! {
    /// A day of a month, perhaps of a year.
    MonthDay = Calendar, "calendar.month-day";
    /// A date in figures.
    Figures = Calendar, "calendar.figures";
    /// A day that has a name and a place in the year.
    Named = Day, "day.named";
    /// A date of the calendar as it is.
    CalendarDay = Day, "day.calendar";
    /// Today, tomorrow ..
    Relative = Day, "day.relative";
    /// The coming such day of the week, not today.
    Weekday = Day, "day.weekday";
    /// That day of this week; the coming one where it has passed.
    ThisWeekday = Day, "day.this-weekday";
    /// That day of the next week.
    NextWeekday = Day, "day.next-weekday";
    /// A length of time from today.
    Ahead = Day, "day.ahead";
    /// The first day of the next week, month, year.
    NextUnit = Day, "day.next-unit";
    /// The coming Saturday; today on a weekend.
    Weekend = Day, "day.weekend";
    /// Saturday of the next week.
    NextWeekend = Day, "day.next-weekend";
    /// The last day of a unit or month (of a week its Friday).
    EndOf = Day, "day.end-of";
    /// The middle of a month.
    Middle = Day, "day.middle-of";
    /// The first day of a month.
    StartOf = Day, "day.start-of";
    /// The coming such day of a month.
    DayOfMonth = Day, "day.of-month";
    /// The first, second, last .. such day of the week in a month.
    NthWeekday = Day, "day.nth-weekday";
    /// The same day.
    SameDay = Date, "date.day";
    /// A day of the week and its date: the date counts.
    DatedWeekday = Date, "date.with-weekday";
    /// A length of time after a day.
    After = Date, "date.after";
    /// A length of time before a day.
    Before = Date, "date.before";
    /// A clock time as written.
    Clock = Time, "time.clock";
    /// Minutes after an hour.
    Past = Time, "time.past";
    /// Minutes before an hour.
    To = Time, "time.to";
    /// An amount of time.
    Amount = Length, "length.amount";
    /// Hours and minutes written as on a clock.
    ClockAmount = Length, "length.clock";
    /// Half an hour more than written.
    AndAHalf = Length, "length.and-a-half";
    /// Due on a day.
    DueDate = Chip, "due.date";
    /// Due after a length of time.
    DueAhead = Chip, "due.ahead";
    /// Due at a date and clock time in one.
    DueMoment = Chip, "due.moment";
    /// Due at a clock time.
    DueTime = Chip, "due.time";
    /// At several clock times of a day; of something that repeats.
    DueTimes = Chip, "due.times";
    /// From a clock time to another.
    DueRange = Chip, "due.range";
    /// At a part of the day.
    DuePart = Chip, "due.part";
    /// At a part of today.
    DueToday = Chip, "due.part-of-today";
    /// Every so many units.
    EveryUnit = Chip, "repeat.unit";
    /// On days of the week.
    EveryWeekday = Chip, "repeat.weekdays";
    /// On the other days of the week.
    EveryDayBut = Chip, "repeat.every-day-but";
    /// The first, second, last .. day of the week in a month.
    EveryNthWeekday = Chip, "repeat.nth-weekday";
    /// The first, second, last .. working day of a month.
    EveryNthWorkday = Chip, "repeat.nth-workday";
    /// On days of the month.
    EveryMonthDay = Chip, "repeat.month-days";
    /// Once a year.
    EveryYear = Chip, "repeat.yearly";
    /// On several days of the week that stand there as a list.
    ListedWeekdays = Chip, "repeat.listed-weekdays";
    /// At a part of every day.
    EveryPart = Chip, "repeat.part";
    /// The last day of the rule.
    Until = Chip, "repeat.until";
    /// The first day of the rule.
    Starting = Chip, "repeat.starting";
    /// How often.
    Times = Chip, "repeat.times";
    /// For how long.
    Lasting = Chip, "repeat.lasting";
    /// Counts from completion.
    FromCompletion = Chip, "repeat.from-completion";
    /// How long it takes.
    Effort = Chip, "effort";
    /// An immovable day.
    Deadline = Chip, "deadline";
    /// Not before a day.
    Start = Chip, "start";
    /// A level of urgency.
    Level = Chip, "priority";
    /// A length of time before it is due.
    RemindBefore = Chip, "remind.before";
    /// When it is due.
    RemindWhenDue = Chip, "remind.when-due";
    /// At a day, a time, or both.
    RemindAt = Chip, "remind.at";
    /// After a length of time.
    RemindAhead = Chip, "remind.ahead";
    /// Only looks like something else: it stays in the title.
    Nothing = Chip, "nothing";
}
