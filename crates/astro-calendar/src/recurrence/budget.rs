//! How much may be inspected on the way to the next occurrence.

/// How many periods, days and times of day may be inspected between two occurrences.
///
/// The default, half a million, is more than a day-by-day look through 400 years (146,097 days,
/// after which the calendar repeats) and ends within some hundredths of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    steps: u32,
}

impl Budget {
    /// A budget of so many steps.
    pub const fn steps(steps: u32) -> Self {
        Self { steps }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::steps(500_000)
    }
}

/// The budget was spent before an occurrence was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no further occurrence was found in {steps} steps; the parts of the rule (almost) never come together, or its COUNT is too large to be counted"
)]
pub struct OutOfWork {
    /// The budget.
    pub steps: u32,
}

/// What is left of a budget.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    budget: u32,
    left: u32,
}

impl Meter {
    pub fn new(budget: Budget) -> Self {
        Self {
            budget: budget.steps,
            left: budget.steps,
        }
    }

    /// An occurrence was found: the next one has the whole budget again.
    pub fn refill(&mut self) {
        self.left = self.budget;
    }

    pub fn spend(&mut self, steps: u32) -> Result<(), OutOfWork> {
        self.left = self
            .left
            .checked_sub(steps)
            .ok_or(OutOfWork { steps: self.budget })?;
        Ok(())
    }
}
