//! Every limit of the product, in one place; docs/limits.md is the same table and a test
//! compares the two.

use std::time::Duration;

macro_rules! limits {
    ($( $(#[doc = $doc:literal])+ $name:ident : $type:ty = $value:expr; )+) => {
        $( $(#[doc = $doc])+ pub const $name: $type = $value; )+

        /// Name, value and meaning of each limit, for docs/limits.md.
        pub fn table() -> Vec<(&'static str, String, String)> {
            vec![ $( (stringify!($name), format!("{:?}", $name), [$($doc),+].concat().trim().to_owned()), )+ ]
        }
    };
}

limits! {
    /// Bytes of a request body.
    BODY_BYTES: usize = 1024 * 1024;
    /// Bytes of an imported file.
    IMPORT_BYTES: usize = 25 * 1024 * 1024;
    /// Items that one import may hold.
    IMPORT_ITEMS: usize = 50_000;
    /// Bytes of a lossless export that is brought in on the server itself; over the API it is
    /// `IMPORT_BYTES`.
    RESTORE_BYTES: usize = 1024 * 1024 * 1024;
    /// Nesting of a JSON document.
    JSON_DEPTH: usize = 32;
    /// Items of a page where the request names no number.
    PAGE_DEFAULT: u32 = 50;
    /// Items of a page at most.
    PAGE_MAX: u32 = 100;
    /// Operations of one batch.
    OPS_MAX: usize = 100;
    /// Changes of one sync answer.
    SYNC_PAGE: u32 = 500;
    /// Time to receive the head of a request.
    HEADER_TIMEOUT: Duration = Duration::from_secs(10);
    /// Time to receive the body of a request.
    BODY_TIMEOUT: Duration = Duration::from_secs(30);
    /// Time that a stopping server waits for requests in flight.
    DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
    /// Writes that may wait for the one SQLite writer.
    WRITE_QUEUE: usize = 1024;
    /// Writes that share one commit at most.
    COMMIT_BATCH: usize = 256;
    /// Characters of a title.
    TITLE_CHARS: usize = 500;
    /// Characters of a line of quick add: a title, and what is recognised beside it.
    QUICK_ADD_CHARS: usize = 1_000;
    /// Characters of a description or note.
    TEXT_CHARS: usize = 50_000;
    /// Characters of a short text: a unit, a colour, a location, a uid.
    SHORT_CHARS: usize = 255;
    /// Characters of an address (URL).
    URL_CHARS: usize = 2_048;
    /// Entries of a list inside one item (labels, dependencies, attachments, dates).
    LIST_ENTRIES: usize = 200;
    /// Days that one look ahead spans at most.
    DAYS_AHEAD: u32 = 366;
    /// Occurrences of one series that are kept when all were missed, where every one is to be kept.
    MISSED_KEPT: usize = 100;
    /// Clock ranges of one weekday, in preferences such as quiet hours.
    RANGES_PER_DAY: usize = 8;
    /// Windows of a habit that its progress looks back at, the running one included.
    HABIT_WINDOWS: usize = 12;
    /// Largest number of a goal's value, so that sums stay numbers.
    NUMBER_MAX: f64 = 1e15;
    /// Preferences that a person may make up, such as coefficients of single labels.
    OWN_PREFERENCES: usize = 1_000;
    /// Bytes of what an import keeps verbatim with one item.
    VERBATIM_BYTES: usize = 256 * 1024;
    /// How deep tasks or projects may be nested.
    TREE_DEPTH: usize = 16;
    /// Characters of an Idempotency-Key.
    IDEMPOTENCY_KEY_CHARS: usize = 255;
    /// How long an Idempotency-Key is remembered.
    IDEMPOTENCY_TTL: Duration = Duration::from_hours(24);
    /// How long deleted items can be restored.
    TRASH_TTL: Duration = Duration::from_hours(30 * 24);
    /// How long a write can be undone by its token.
    UNDO_TTL: Duration = Duration::from_hours(1);
    /// Characters of a password at most.
    PASSWORD_MAX: usize = 128;
    /// Characters of a password at least.
    PASSWORD_MIN: usize = 15;
    /// Sign-in tries per account and minute before answers slow down.
    LOGIN_PER_ACCOUNT: u32 = 10;
    /// Sign-in tries per address and minute.
    LOGIN_PER_ADDRESS: u32 = 20;
    /// Life of an access token (JWT).
    ACCESS_TOKEN_TTL: Duration = Duration::from_mins(5);
    /// Life of a session without use.
    SESSION_IDLE_TTL: Duration = Duration::from_hours(14 * 24);
    /// Life of a session in any case.
    SESSION_TTL: Duration = Duration::from_hours(30 * 24);
    /// Life of a personal access token at most.
    PERSONAL_TOKEN_TTL: Duration = Duration::from_hours(366 * 24);
    /// Personal access tokens of one user.
    PERSONAL_TOKENS: u32 = 100;
    /// Life of an invite or password reset link.
    INVITE_TTL: Duration = Duration::from_hours(7 * 24);
    /// How long a revocation may take to reach every instance.
    REVOCATION_DELAY: Duration = Duration::from_secs(5);
    /// Requests per minute of one signed-in user before 429.
    REQUESTS_PER_USER: u32 = 6_000;
    /// WebSockets and event streams of one user.
    SOCKETS_PER_USER: usize = 10;
    /// Bytes of a message over a WebSocket.
    SOCKET_MESSAGE_BYTES: usize = 64 * 1024;
    /// Time in which a connection that the server opens must stand: name, connection, TLS.
    OUTGOING_CONNECT: Duration = Duration::from_secs(5);
    /// Time of a request that the server sends, from the look-up of the name to the end of the answer.
    OUTGOING_TOTAL: Duration = Duration::from_secs(10);
    /// Bytes that are read of the body of an answer to the server, and as many of its head.
    OUTGOING_ANSWER_BYTES: usize = 64 * 1024;
    /// Names that the server looks up at the same time for outgoing requests.
    OUTGOING_LOOK_UPS: usize = 32;
    /// Time for the mail server to become ready for a mail, and as much again to take it.
    MAIL_STEP: Duration = Duration::from_secs(15);
    /// How long a push service keeps a message for a device that is away.
    PUSH_TTL: Duration = Duration::from_hours(24);
    /// Candidates that one recommendation may weigh.
    CANDIDATES_MAX: usize = 500;
    /// Proposals of one recommendation at most.
    PROPOSALS_MAX: u32 = 10;
    /// Proposals of one recommendation where the request names no number.
    PROPOSALS_DEFAULT: u32 = 3;
    /// How long a recommendation stands before it counts as ignored, or as expired when it was never shown.
    RECOMMENDATION_TTL: Duration = Duration::from_hours(2);
    /// How long a task that was dismissed is not proposed again.
    DISMISSED_REST: Duration = Duration::from_hours(2);
    /// How long after a recommendation was shown its task's fate is recorded with it.
    OUTCOME_WINDOW: Duration = Duration::from_hours(7 * 24);
    /// How long after its time a reminder is late: it is marked so, and gathered with others.
    REMINDER_LATE: Duration = Duration::from_mins(1);
    /// Late reminders of one person that are sent one by one; more become one message for each
    /// destination.
    LATE_SINGLY: usize = 5;
    /// Reminders of one person that are fired in one transaction.
    FIRE_BATCH: u32 = 50;
    /// The same while they are late.
    FIRE_LATE_BATCH: u32 = 500;
    /// Places that one person's reminders may go to.
    DESTINATIONS: usize = 50;
    /// How long what became of a delivery can be looked up.
    DELIVERY_TTL: Duration = Duration::from_hours(90 * 24);
    /// How long a job that was given up can be looked up and tried again.
    FAILED_JOB_TTL: Duration = Duration::from_hours(30 * 24);
    /// How long a link in a message can answer the reminder.
    ANSWER_TTL: Duration = Duration::from_hours(7 * 24);
    /// Events of one person that are published together.
    PUBLISH_BATCH: u32 = 200;
}
