-- Work on tasks, and what calls them to mind.

CREATE TABLE time_entries (
    owner_id   UUID NOT NULL,
    id         UUID NOT NULL,
    task_id    UUID NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT,
    note       TEXT NOT NULL,
    source     BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    change_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT time_entries_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
);
-- A task has one running entry at most.
CREATE UNIQUE INDEX time_entries_running ON time_entries (owner_id, task_id) WHERE ended_at IS NULL AND deleted_at IS NULL;
CREATE INDEX time_entries_changed ON time_entries (owner_id, change_seq);
CREATE INDEX time_entries_started ON time_entries (owner_id, started_at, id) WHERE deleted_at IS NULL;
CREATE INDEX time_entries_of ON time_entries (owner_id, task_id, started_at, id) WHERE deleted_at IS NULL;

-- fires is the trigger; next_fire_at is derived from it, the task and the owner's zone.
CREATE TABLE reminders (
    owner_id        UUID NOT NULL,
    id              UUID NOT NULL,
    uid             TEXT NOT NULL,
    task_id         UUID NOT NULL,
    occurrence      TEXT,
    fires           TEXT NOT NULL,
    channels        TEXT NOT NULL,
    nag             TEXT,
    chosen_by       BIGINT NOT NULL,
    state           BIGINT NOT NULL,
    snooze_of       UUID,
    next_fire_at    BIGINT,
    acknowledged_at BIGINT,
    version         BIGINT NOT NULL,
    change_seq      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    deleted_at      BIGINT,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT reminders_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX reminders_uid ON reminders (owner_id, uid);
CREATE INDEX reminders_changed ON reminders (owner_id, change_seq);
CREATE INDEX reminders_of ON reminders (owner_id, task_id, id);
CREATE INDEX reminders_next ON reminders (owner_id, next_fire_at) WHERE next_fire_at IS NOT NULL;

DO $$
DECLARE personal TEXT;
BEGIN
    FOREACH personal IN ARRAY ARRAY['time_entries', 'reminders'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', personal);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', personal);
        EXECUTE format('CREATE POLICY owner_only ON %I USING (owner_id = NULLIF(current_setting(''app.owner_id'', true), '''')::uuid)', personal);
    END LOOP;
END
$$;
