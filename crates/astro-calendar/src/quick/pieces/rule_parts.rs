//! Pieces that are parts of a rule.

use super::super::language::UnitKind;
use super::super::meaning::{Context, Rhythm, Value, hours_between};
use super::{Piece, Saying};

/// An end, "after completion", and several clock times are parts of a rule; without one they are
/// words.
pub(super) fn drop_without_rhythm(pieces: &mut Vec<Piece>) {
    let rhythm = pieces.iter().find_map(|piece| match piece.saying {
        Saying::Match(Value::Rhythm(rhythm)) => Some(rhythm),
        _ => None,
    });
    pieces.retain(|piece| match piece.saying {
        Saying::Match(
            Value::Until(_)
            | Value::Starting(_)
            | Value::Times(_)
            | Value::Lasting(_)
            | Value::FromCompletion,
        ) => rhythm.is_some(),
        Saying::Match(Value::Hours(_)) => rhythm.is_some_and(|rhythm| rhythm.takes_hours()),
        _ => true,
    });
}

/// "Every hour from 9 to 5" is a rule of days with those hours, and says nothing of how long it takes.
pub(super) fn take_hours_of_a_day(pieces: &mut Vec<Piece>, context: &Context<'_>) {
    let hourly = pieces.iter().find_map(|piece| match piece.saying {
        Saying::Match(Value::Rhythm(rhythm)) if rhythm.is_hourly() => Some(rhythm),
        _ => None,
    });
    let range = pieces.iter().find_map(|piece| match piece.saying {
        Saying::Match(Value::Range(from, to)) => Some((from, to)),
        _ => None,
    });
    let (Some(hourly), Some(range)) = (hourly, range) else {
        return;
    };
    let Some(hours) = hours_between(range, hourly.interval, context) else {
        pieces.retain(|piece| !matches!(piece.saying, Saying::Match(Value::Range(..))));
        return;
    };
    for piece in pieces {
        match &mut piece.saying {
            Saying::Match(value @ Value::Range(..)) => *value = Value::Hours(hours),
            Saying::Match(Value::Rhythm(rhythm)) => {
                *rhythm = Rhythm {
                    unit: UnitKind::Day,
                    interval: 1,
                    ..hourly
                };
            }
            _ => {}
        }
    }
}
