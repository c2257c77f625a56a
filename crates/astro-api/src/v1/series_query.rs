//! The query strings of series and of what lies ahead.

use astro_core::calendar::{Date, When};
use astro_core::error::FieldError;
use astro_core::limits;
use astro_core::page::PageRequest;
use astro_core::schema;
use astro_core::tasks::Extent;
use astro_services::tasks::{ORDER_AHEAD, Occurrences, Upcoming};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::paging::PageQuery;
use crate::problem::{Problem, Result};

/// How much of a series is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExtentQuery {
    /// Of an occurrence: this one, this and all that follow, or the whole series. What is done
    /// stays as it was.
    #[serde(default)]
    #[param(inline)]
    pub(crate) apply_to: Extent,
}

/// Which days lie ahead.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UpcomingQuery {
    /// The first day; today where none is named.
    #[param(value_type = Option<schema::CalendarDate>)]
    from: Option<Date>,
    /// How many days, 14 where nothing is said.
    #[param(minimum = 1, maximum = 366)]
    days: Option<u32>,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

/// Two weeks are what a person looks ahead.
const DAYS: u32 = 14;

impl UpcomingQuery {
    pub(crate) fn read(self) -> Result<(Upcoming, PageRequest)> {
        let days = self.days.unwrap_or(DAYS);
        if !(1..=limits::DAYS_AHEAD).contains(&days) {
            let message = format!("must lie between 1 and {}", limits::DAYS_AHEAD);
            let wrong = FieldError::new("days", "wrong_value", message);
            return Err(Problem::invalid(vec![wrong]));
        }
        let page = PageQuery::new(self.limit, self.cursor).request(ORDER_AHEAD)?;
        let upcoming = Upcoming {
            from: self.from,
            days,
        };
        Ok((upcoming, page))
    }
}

/// Which occurrences of a series.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OccurrencesQuery {
    /// From here on; from now on where nothing is named.
    #[param(value_type = Option<schema::When>)]
    from: Option<When>,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl OccurrencesQuery {
    pub(crate) fn read(self) -> Result<Occurrences> {
        let page = PageQuery::new(self.limit, None).request(ORDER_AHEAD)?;
        Ok(Occurrences {
            from: self.from,
            limit: page.limit,
        })
    }
}
