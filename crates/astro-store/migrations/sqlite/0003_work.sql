-- Work on tasks, and what calls them to mind.

CREATE TABLE time_entries (
    owner_id   BLOB NOT NULL,
    id         BLOB NOT NULL,
    task_id    BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    note       TEXT NOT NULL,
    source     INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    change_seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT time_entries_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
) STRICT;
-- A task has one running entry at most.
CREATE UNIQUE INDEX time_entries_running ON time_entries (owner_id, task_id) WHERE ended_at IS NULL AND deleted_at IS NULL;
CREATE INDEX time_entries_changed ON time_entries (owner_id, change_seq);
CREATE INDEX time_entries_started ON time_entries (owner_id, started_at, id) WHERE deleted_at IS NULL;
CREATE INDEX time_entries_of ON time_entries (owner_id, task_id, started_at, id) WHERE deleted_at IS NULL;

-- fires is the trigger; next_fire_at is derived from it, the task and the owner's zone.
CREATE TABLE reminders (
    owner_id        BLOB NOT NULL,
    id              BLOB NOT NULL,
    uid             TEXT NOT NULL,
    task_id         BLOB NOT NULL,
    occurrence      TEXT,
    fires           TEXT NOT NULL,
    channels        TEXT NOT NULL,
    nag             TEXT,
    chosen_by       INTEGER NOT NULL,
    state           INTEGER NOT NULL,
    snooze_of       BLOB,
    next_fire_at    INTEGER,
    acknowledged_at INTEGER,
    version         INTEGER NOT NULL,
    change_seq      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT reminders_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX reminders_uid ON reminders (owner_id, uid);
CREATE INDEX reminders_changed ON reminders (owner_id, change_seq);
CREATE INDEX reminders_of ON reminders (owner_id, task_id, id);
CREATE INDEX reminders_next ON reminders (owner_id, next_fire_at) WHERE next_fire_at IS NOT NULL;
