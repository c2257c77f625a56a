//! The ledger: what became of each call of a reminder, once for each place that it went to.

use astro_calendar::Timestamp;
use serde::{Deserialize, Serialize};

use super::Channel;
use crate::ids::{DeliveryId, DestinationId, ReminderId, TaskId};
use crate::schema;

coded_enum! {
    /// What became of a delivery.
    pub enum DeliveryState {
        /// On its way.
        Queued = 0 => "queued",
        Sent = 1 => "sent",
        /// Given up; `error` says why.
        Failed = 2 => "failed",
        /// Answered, or done, before it was sent.
        Cancelled = 3 => "cancelled",
    }
}

/// One call of a reminder to one place. There is one row for each reminder, time, call and
/// destination, whatever fails: that is what "exactly once" means here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delivery {
    pub id: DeliveryId,
    pub reminder_id: ReminderId,
    pub task_id: TaskId,
    pub channel: Channel,
    /// Absent for channels that need no address.
    pub destination_id: Option<DestinationId>,
    /// When it was to call.
    #[schema(value_type = schema::Instant)]
    pub due_at: Timestamp,
    /// 0 for the first call, then one for each time that it nags.
    pub call: u32,
    /// It called later than it should have.
    pub late: bool,
    /// When it called.
    #[schema(value_type = schema::Instant)]
    pub fired_at: Timestamp,
    pub state: DeliveryState,
    /// When the other side took it.
    #[schema(value_type = Option<schema::Instant>)]
    pub sent_at: Option<Timestamp>,
    /// Why it was not sent, or not yet.
    pub error: Option<String>,
}

/// Which deliveries a list holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    pub reminder: Option<ReminderId>,
    pub state: Option<DeliveryState>,
}
