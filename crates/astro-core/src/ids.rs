//! Identifiers. Each is a `UUIDv7` in a type of its own, so that one noun's id cannot be passed
//! for another's.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident, )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(Uuid);

        impl $name {
            pub const fn new(uuid: Uuid) -> Self { Self(uuid) }
            pub const fn uuid(self) -> Uuid { self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self { Self(uuid) }
        }
    )+ };
}

ids! {
    TenantId,
    UserId,
    /// Whose data a row is: the shard key. Today an owner is a user; a team space can be one later.
    OwnerId,
    SessionId,
    AccessTokenId,
    InviteId,
    TaskId,
    ProjectId,
    LabelId,
    TimeEntryId,
    ReminderId,
    DeliveryId,
    DestinationId,
    JobId,
    GoalId,
    DatapointId,
    PreferenceId,
    DecisionId,
    RecommendationId,
    OutcomeId,
    FeedbackId,
    /// An entry of the owner's event log; given to clients as the undo token of a write.
    EventId,
}

impl From<UserId> for OwnerId {
    fn from(user: UserId) -> Self {
        Self(user.uuid())
    }
}

impl From<OwnerId> for UserId {
    fn from(owner: OwnerId) -> Self {
        Self(owner.uuid())
    }
}
