-- The engine room: the ledger of reminders, where they go, and jobs.

ALTER TABLE reminders ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
-- How often it has called since it was set, and when last.
ALTER TABLE reminders ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reminders ADD COLUMN called_at INTEGER;
-- Whose reminders are due, whoever they are.
CREATE INDEX reminders_due ON reminders (next_fire_at, owner_id) WHERE next_fire_at IS NOT NULL;

-- Where a person's reminders go. The secret stands apart and is never read but to send.
CREATE TABLE destinations (
    owner_id   BLOB NOT NULL,
    id         BLOB NOT NULL,
    channel    INTEGER NOT NULL,
    title      TEXT NOT NULL,
    settings   TEXT NOT NULL,
    secret     TEXT,
    events     TEXT NOT NULL,
    enabled    INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id, id)
) STRICT;

-- One row for each reminder, time, call and place: the ledger. A channel without address has the nil
-- id for its place.
CREATE TABLE deliveries (
    owner_id       BLOB NOT NULL,
    id             BLOB NOT NULL,
    reminder_id    BLOB NOT NULL,
    task_id        BLOB NOT NULL,
    channel        INTEGER NOT NULL,
    destination_id BLOB NOT NULL,
    due_at         INTEGER NOT NULL,
    call_number    INTEGER NOT NULL,
    late           INTEGER NOT NULL,
    fired_at       INTEGER NOT NULL,
    state          INTEGER NOT NULL,
    sent_at        INTEGER,
    error          TEXT,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT deliveries_reminder FOREIGN KEY (owner_id, reminder_id) REFERENCES reminders (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX deliveries_once ON deliveries (owner_id, reminder_id, due_at, call_number, channel, destination_id);
CREATE INDEX deliveries_old ON deliveries (owner_id, fired_at);

-- What is to be done, by whichever process comes first. run_at is when it may be claimed: its time, or
-- where it is claimed already the end of the lease.
CREATE TABLE jobs (
    owner_id   BLOB NOT NULL,
    id         BLOB NOT NULL,
    name       TEXT NOT NULL,
    payload    TEXT NOT NULL,
    state      INTEGER NOT NULL,
    run_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    -- attempts of which nobody knows how they ended
    lost       INTEGER NOT NULL,
    lease_id   BLOB,
    worker_id  BLOB,
    error      TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (owner_id, id)
) STRICT;
CREATE INDEX jobs_due ON jobs (run_at, owner_id) WHERE state < 2;
CREATE INDEX jobs_of ON jobs (owner_id, state, run_at);

-- How far each reader of the log has come with an owner's events; the bus is one of them.
CREATE TABLE consumers (
    owner_id BLOB NOT NULL,
    name     TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (owner_id, name)
) STRICT;
CREATE INDEX events_by_change ON events (owner_id, change_seq);
DROP INDEX events_unpublished;
ALTER TABLE events DROP COLUMN published_at;

-- What the product does by itself now and then, once for all processes.
CREATE TABLE schedules (
    name        TEXT NOT NULL PRIMARY KEY,
    run_at      INTEGER NOT NULL,
    lease_id    BLOB,
    finished_at INTEGER
) STRICT;

-- Counts the changes that took rights away, so that every process notices one.
CREATE TABLE access_epoch (
    id    INTEGER NOT NULL PRIMARY KEY,
    epoch INTEGER NOT NULL
) STRICT;
INSERT INTO access_epoch (id, epoch) VALUES (1, 0);

-- What happened before there was anybody to tell counts as told.
INSERT INTO consumers (owner_id, name, seq) SELECT owner_id, 'bus', change_seq FROM owners;
