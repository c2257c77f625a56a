//! What can follow what in a task's life.

use astro_core::calendar::Timestamp;

use crate::fact::Happened;

/// What of a life decides whether the next thing makes sense.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub created_at: Timestamp,
    is_open: bool,
    is_deleted: bool,
    is_running: bool,
}

impl Life {
    pub fn new(created_at: Timestamp) -> Self {
        Self {
            created_at,
            is_open: true,
            is_deleted: false,
            is_running: false,
        }
    }

    /// Goes on, if that makes sense; otherwise nothing has happened.
    pub fn go_on(&mut self, what: &Happened) -> bool {
        let makes_sense = match what {
            Happened::Created(_) | Happened::Shown(_) | Happened::Answered(..) => true,
            Happened::Edited(_)
            | Happened::Deferred(_)
            | Happened::Deleted
            | Happened::Worked(_) => !self.is_deleted,
            Happened::Started => self.is_open && !self.is_deleted && !self.is_running,
            Happened::Stopped => self.is_running,
            Happened::Done | Happened::Cancelled => self.is_open && !self.is_deleted,
            Happened::Reopened => !self.is_open && !self.is_deleted,
            Happened::Restored => self.is_deleted,
        };
        if !makes_sense {
            return false;
        }
        match what {
            Happened::Started => self.is_running = true,
            Happened::Stopped => self.is_running = false,
            Happened::Done | Happened::Cancelled => {
                self.is_open = false;
                self.is_running = false;
            }
            Happened::Reopened => self.is_open = true,
            Happened::Deleted => {
                self.is_deleted = true;
                self.is_running = false;
            }
            Happened::Restored => self.is_deleted = false,
            _ => {}
        }
        true
    }
}
