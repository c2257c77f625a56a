//! Query strings of lists that filter, but for tasks'.

use astro_core::calendar::Timestamp;
use astro_core::datapoints::DatapointFilter;
use astro_core::ids::{DecisionId, GoalId, ReminderId, TaskId};
use astro_core::jobs::JobState;
use astro_core::page::PageRequest;
use astro_core::recommendations::{RecommendationFilter, RecommendationState};
use astro_core::reminders::deliveries::{DeliveryFilter, DeliveryState};
use astro_core::reminders::{ReminderFilter, ReminderState};
use astro_core::schema;
use astro_core::time_entries::TimeEntryFilter;
use astro_services::{datapoints, recommendations, time_entries};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::paging::PageQuery;
use crate::problem::Result;

/// Which time entries, latest start first.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimeEntriesQuery {
    /// Only work on this task.
    task_id: Option<TaskId>,
    /// Started at or after.
    #[param(value_type = Option<schema::Instant>)]
    from: Option<Timestamp>,
    /// Started before.
    #[param(value_type = Option<schema::Instant>)]
    to: Option<Timestamp>,
    /// Only what runs.
    #[serde(default)]
    running: bool,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl TimeEntriesQuery {
    pub(crate) fn read(self) -> Result<(TimeEntryFilter, PageRequest)> {
        let page = PageQuery::new(self.limit, self.cursor).request(time_entries::SORT)?;
        let filter = TimeEntryFilter {
            task: self.task_id,
            from: self.from,
            to: self.to,
            running: self.running,
        };
        Ok((filter, page))
    }
}

/// Which reminders, oldest first.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RemindersQuery {
    /// Only those of this task.
    task_id: Option<TaskId>,
    #[param(inline)]
    state: Option<ReminderState>,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl RemindersQuery {
    pub(crate) fn read(self) -> Result<(ReminderFilter, PageRequest)> {
        let page = PageQuery::new(self.limit, self.cursor).request("created")?;
        let filter = ReminderFilter {
            task: self.task_id,
            state: self.state,
        };
        Ok((filter, page))
    }
}

/// Which datapoints, latest first.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DatapointsQuery {
    /// Only those of this goal.
    goal_id: Option<GoalId>,
    /// Measured at or after.
    #[param(value_type = Option<schema::Instant>)]
    from: Option<Timestamp>,
    /// Measured before.
    #[param(value_type = Option<schema::Instant>)]
    to: Option<Timestamp>,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl DatapointsQuery {
    pub(crate) fn read(self) -> Result<(DatapointFilter, PageRequest)> {
        let page = PageQuery::new(self.limit, self.cursor).request(datapoints::SORT)?;
        let filter = DatapointFilter {
            goal: self.goal_id,
            from: self.from,
            to: self.to,
        };
        Ok((filter, page))
    }
}

/// Which recommendations. Every given filter must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecommendationsQuery {
    #[param(inline)]
    state: Option<RecommendationState>,
    task_id: Option<TaskId>,
    /// Only what was proposed in this decision.
    decision_id: Option<DecisionId>,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl RecommendationsQuery {
    pub(crate) fn read(self) -> Result<(RecommendationFilter, PageRequest)> {
        let filter = RecommendationFilter {
            state: self.state,
            task: self.task_id,
            decision: self.decision_id,
        };
        let page = PageQuery::new(self.limit, self.cursor).request(recommendations::SORT)?;
        Ok((filter, page))
    }
}

/// Which deliveries, latest first.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveriesQuery {
    /// Only those of this reminder.
    reminder_id: Option<ReminderId>,
    #[param(inline)]
    state: Option<DeliveryState>,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl DeliveriesQuery {
    pub(crate) fn read(self) -> Result<(DeliveryFilter, PageRequest)> {
        let page = PageQuery::new(self.limit, self.cursor).request("latest")?;
        let filter = DeliveryFilter {
            reminder: self.reminder_id,
            state: self.state,
        };
        Ok((filter, page))
    }
}

/// Which jobs, oldest first.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobsQuery {
    #[param(inline)]
    state: Option<JobState>,
    /// Items at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
}

impl JobsQuery {
    pub(crate) fn read(self) -> Result<(Option<JobState>, PageRequest)> {
        let page = PageQuery::new(self.limit, self.cursor).request("created")?;
        Ok((self.state, page))
    }
}
