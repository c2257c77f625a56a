-- The engine room: the ledger of reminders, where they go, and jobs.

ALTER TABLE reminders ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0;
-- How often it has called since it was set, and when last.
ALTER TABLE reminders ADD COLUMN calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reminders ADD COLUMN called_at BIGINT;
-- Whose reminders are due, whoever they are.
CREATE INDEX reminders_due ON reminders (next_fire_at, owner_id) WHERE next_fire_at IS NOT NULL;

-- Where a person's reminders go. The secret stands apart and is never read but to send.
CREATE TABLE destinations (
    owner_id   UUID NOT NULL,
    id         UUID NOT NULL,
    channel    BIGINT NOT NULL,
    title      TEXT NOT NULL,
    settings   TEXT NOT NULL,
    secret     TEXT,
    events     TEXT NOT NULL,
    enabled    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, id)
);

-- One row for each reminder, time, call and place: the ledger. A channel without address has the nil
-- id for its place.
CREATE TABLE deliveries (
    owner_id       UUID NOT NULL,
    id             UUID NOT NULL,
    reminder_id    UUID NOT NULL,
    task_id        UUID NOT NULL,
    channel        BIGINT NOT NULL,
    destination_id UUID NOT NULL,
    due_at         BIGINT NOT NULL,
    call_number    BIGINT NOT NULL,
    late           BIGINT NOT NULL,
    fired_at       BIGINT NOT NULL,
    state          BIGINT NOT NULL,
    sent_at        BIGINT,
    error          TEXT,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT deliveries_reminder FOREIGN KEY (owner_id, reminder_id) REFERENCES reminders (owner_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (owner_id, reminder_id, due_at, call_number, channel, destination_id);
CREATE INDEX deliveries_old ON deliveries (owner_id, fired_at);

-- What is to be done, by whichever process comes first. run_at is when it may be claimed: its time, or
-- where it is claimed already the end of the lease.
CREATE TABLE jobs (
    owner_id   UUID NOT NULL,
    id         UUID NOT NULL,
    name       TEXT NOT NULL,
    payload    TEXT NOT NULL,
    state      BIGINT NOT NULL,
    run_at     BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    -- attempts of which nobody knows how they ended
    lost       BIGINT NOT NULL,
    lease_id   UUID,
    worker_id  UUID,
    error      TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX jobs_due ON jobs (run_at, owner_id) WHERE state < 2;
CREATE INDEX jobs_of ON jobs (owner_id, state, run_at);

-- How far each reader of the log has come with an owner's events; the bus is one of them.
CREATE TABLE consumers (
    owner_id UUID NOT NULL,
    name     TEXT NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (owner_id, name)
);
CREATE INDEX events_by_change ON events (owner_id, change_seq);
DROP INDEX events_unpublished;
ALTER TABLE events DROP COLUMN published_at;

-- What the product does by itself now and then, once for all processes.
CREATE TABLE schedules (
    name        TEXT NOT NULL PRIMARY KEY,
    run_at      BIGINT NOT NULL,
    lease_id    UUID,
    finished_at BIGINT
);

-- Counts the changes that took rights away, so that every process notices one.
CREATE TABLE access_epoch (
    id    BIGINT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL
);
INSERT INTO access_epoch (id, epoch) VALUES (1, 0);

-- What happened before there was anybody to tell counts as told. Forced row-level security would keep
-- the table's owner from reading whose it is.
ALTER TABLE owners NO FORCE ROW LEVEL SECURITY;
INSERT INTO consumers (owner_id, name, seq) SELECT owner_id, 'bus', change_seq FROM owners;
ALTER TABLE owners FORCE ROW LEVEL SECURITY;

-- Looking for whoever has something due is the one thing that reaches over owners: it may read these
-- rows and change none.
DO $$
DECLARE personal TEXT;
BEGIN
    FOREACH personal IN ARRAY ARRAY['destinations', 'deliveries', 'jobs', 'consumers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', personal);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', personal);
        EXECUTE format('CREATE POLICY owner_only ON %I USING (owner_id = NULLIF(current_setting(''app.owner_id'', true), '''')::uuid)', personal);
    END LOOP;
    FOREACH personal IN ARRAY ARRAY['owners', 'events', 'consumers', 'reminders', 'jobs'] LOOP
        EXECUTE format('CREATE POLICY due_scan ON %I FOR SELECT USING (current_setting(''app.due_scan'', true) = ''on'')', personal);
    END LOOP;
END
$$;
