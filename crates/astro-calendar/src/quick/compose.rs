//! From believed pieces to fields and chips.

mod due;

use jiff::{ToSpan as _, civil::Date};

use super::Options;
use super::chip::{Chip, ChipKind, ChipValue, Parsed, Reminder, RepeatFrom, Span};
use super::language::Class;
use super::line::{Line, Mark};
use super::meaning::{Context, Value};
use super::pieces::{Piece, Saying};
use super::title::{joined_title, with_joints};
use super::tokens::Token;
use due::Plan;

pub(super) fn compose(
    text: &str,
    line: &Line,
    mut pieces: Vec<Piece>,
    context: &Context<'_>,
    options: &Options,
) -> Parsed {
    let mut plan = Plan::of(&pieces, context, options);
    if plan.ends_before_it_begins() {
        pieces.retain(|piece| !matches!(piece.saying, Saying::Match(Value::Until(_))));
        plan = Plan::of(&pieces, context, options);
    }
    if let Some((start, due)) = plan.start_after_due() {
        fit_start(&mut pieces, (start, due), line, context);
        plan = Plan::of(&pieces, context, options);
    }
    if plan.due().is_none() {
        // before what?
        pieces.retain(|piece| !matches!(piece.saying, Saying::Match(Value::RemindBefore { .. })));
    }
    let runs = with_joints(text, line, &pieces);
    let mut chips: Vec<Chip> = Vec::new();
    for (piece, spans) in pieces.into_iter().zip(runs) {
        let (kind, value) = plan.chip(piece.saying);
        let words = words_of(text, line, piece.first, piece.end);
        if let Some(known) = chips.iter_mut().find(|chip| joins(chip, kind, &value)) {
            known.text = format!("{} {words}", known.text);
            known.spans.extend(spans);
        } else {
            chips.push(Chip {
                kind,
                spans,
                text: words,
                value,
            });
        }
    }
    let covered = chips.iter().flat_map(|chip| chip.spans.iter().copied());
    let title = joined_title(text, covered.collect());
    fields(title, chips, &plan)
}

/// What is begun after it is due makes no sense: of days of the week today is the start, or the due
/// day is the one after it; any other start stays in the title.
fn fit_start(
    pieces: &mut Vec<Piece>,
    (start, due): (Date, Date),
    line: &Line,
    context: &Context<'_>,
) {
    let week = 7.days();
    let is_weekday = |piece: &Piece| is_bare_weekday(piece, line, context);
    let next_due = due.checked_add(week).ok().filter(|next| *next >= start);
    let is_todays = context.today.checked_add(week).ok() == Some(start);
    let at_start = |piece: &Piece| matches!(piece.saying, Saying::Match(Value::Start(_)));
    let at_due = |piece: &Piece| matches!(piece.saying, Saying::Match(Value::Due(_)));
    if let Some(piece) = pieces
        .iter_mut()
        .find(|piece| is_todays && at_start(piece) && is_weekday(piece))
    {
        piece.saying = Saying::Match(Value::Start(context.today));
    } else if let Some(next_due) = next_due
        && let Some(piece) = pieces
            .iter_mut()
            .find(|piece| at_due(piece) && is_weekday(piece))
    {
        piece.saying = Saying::Match(Value::Due(next_due));
    } else {
        pieces.retain(|piece| !at_start(piece));
    }
}

/// Whether a piece names the coming day of the week, and no other week's nor its date.
fn is_bare_weekday(piece: &Piece, line: &Line, context: &Context<'_>) -> bool {
    let tokens = &line.tokens[..piece.end];
    let says = |class: Class| {
        (piece.first..piece.end).any(|at| {
            let mut forms = context.language.lexicon.at(tokens, at, class);
            forms.next().is_some()
        })
    };
    let has_figures = tokens[piece.first..].iter().any(Token::is_number);
    says(Class::Weekday) && !says(Class::Next) && !has_figures
}

/// Whether something is another piece of the same chip: the end of a rule, the part of a time.
fn joins(chip: &Chip, kind: ChipKind, value: &ChipValue) -> bool {
    chip.kind == kind
        && matches!(kind, ChipKind::Recurrence | ChipKind::Time | ChipKind::Date)
        && chip.value == *value
}

fn words_of(text: &str, line: &Line, first: usize, end: usize) -> String {
    match (line.tokens.get(first), line.tokens.get(end - 1)) {
        (Some(first), Some(last)) => text[first.span.start..last.span.end].to_owned(),
        _ => String::new(),
    }
}

fn fields(title: String, chips: Vec<Chip>, plan: &Plan<'_>) -> Parsed {
    let mut parsed = Parsed {
        title,
        chips: Vec::new(),
        due: plan.due(),
        start: None,
        deadline: None,
        rrule: None,
        repeat_from: RepeatFrom::Due,
        duration_s: None,
        priority: None,
        project: None,
        labels: Vec::new(),
        reminders: Vec::new(),
    };
    for chip in &chips {
        match &chip.value {
            ChipValue::Date(_) => {}
            ChipValue::Time { at, until } => {
                if let Some(until) = until {
                    parsed.duration_s = parsed
                        .duration_s
                        .or(Some(due::seconds_between(*at, *until)));
                }
            }
            ChipValue::Recurrence { rrule, from } => {
                parsed.rrule = Some(rrule.clone());
                parsed.repeat_from = *from;
            }
            ChipValue::Duration(seconds) => parsed.duration_s = Some(*seconds),
            ChipValue::Priority(priority) => parsed.priority = Some(*priority),
            ChipValue::Project(name) => parsed.project = Some(name.clone()),
            ChipValue::Label(name) => {
                if !parsed.labels.contains(name) {
                    parsed.labels.push(name.clone());
                }
            }
            ChipValue::Deadline(date) => parsed.deadline = Some(*date),
            ChipValue::Start(date) => parsed.start = Some(*date),
            ChipValue::Reminder(reminder) => parsed.reminders.push(reminder.clone()),
        }
    }
    parsed.chips = chips;
    parsed
}

impl Plan<'_> {
    /// What a piece becomes. A start of something that repeats is a part of its rule.
    fn chip(&self, saying: Saying) -> (ChipKind, ChipValue) {
        match saying {
            Saying::Mark(Mark::Project(name)) => (ChipKind::Project, ChipValue::Project(name)),
            Saying::Mark(Mark::Label(name)) => (ChipKind::Label, ChipValue::Label(name)),
            Saying::Mark(Mark::Priority(priority)) => {
                (ChipKind::Priority, ChipValue::Priority(priority))
            }
            Saying::Match(value) => match value {
                Value::Start(date) if self.rhythm.is_none() => {
                    (ChipKind::Start, ChipValue::Start(date))
                }
                Value::Rhythm(_)
                | Value::Until(_)
                | Value::Starting(_)
                | Value::Start(_)
                | Value::Times(_)
                | Value::Lasting(_)
                | Value::FromCompletion => (ChipKind::Recurrence, self.recurrence()),
                Value::At(_) | Value::Range(..) | Value::Hours(_) | Value::Part(_) => {
                    (ChipKind::Time, self.time())
                }
                Value::Effort(seconds) => (ChipKind::Duration, ChipValue::Duration(seconds)),
                Value::Deadline(date) => (ChipKind::Deadline, ChipValue::Deadline(date)),
                Value::Priority(priority) => (ChipKind::Priority, ChipValue::Priority(priority)),
                Value::RemindBefore { days, minutes } => (
                    ChipKind::Reminder,
                    ChipValue::Reminder(Reminder::Before { days, minutes }),
                ),
                Value::RemindAt { date, clock, part } => (
                    ChipKind::Reminder,
                    ChipValue::Reminder(Reminder::At(self.reminder(date, clock, part))),
                ),
                Value::Due(_)
                | Value::Moment(_)
                | Value::PartOfToday(_)
                | Value::Day(_)
                | Value::Length(_)
                | Value::Time(_)
                | Value::Nothing => (ChipKind::Date, self.date()),
            },
        }
    }
}

/// Spans in order, none of them empty.
pub(super) fn in_order(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.start < span.end);
    spans.sort_unstable();
    spans
}
