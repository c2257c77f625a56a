-- What tasks are for, and what a person prefers.

CREATE TABLE goals (
    owner_id     UUID NOT NULL,
    id           UUID NOT NULL,
    title        TEXT NOT NULL,
    why          TEXT NOT NULL,
    kind         BIGINT NOT NULL,
    horizon      BIGINT,
    start_day    TEXT,
    target_date  TEXT,
    unit         TEXT,
    start_value  DOUBLE PRECISION,
    target_value DOUBLE PRECISION,
    direction    BIGINT NOT NULL,
    aggregate    BIGINT NOT NULL,
    rate_window  BIGINT,
    target_rate  DOUBLE PRECISION,
    allowance    BIGINT NOT NULL,
    pauses       TEXT NOT NULL,
    status       BIGINT NOT NULL,
    parent_id    UUID,
    links        TEXT NOT NULL,
    forecast     TEXT,
    version      BIGINT NOT NULL,
    change_seq   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    deleted_at   BIGINT,
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX goals_changed ON goals (owner_id, change_seq);
CREATE INDEX goals_parents ON goals (owner_id, parent_id) WHERE parent_id IS NOT NULL;

-- Derived from goals.links. kind: 0 task, 1 project, 2 label.
CREATE TABLE goal_links (
    owner_id  UUID NOT NULL,
    goal_id   UUID NOT NULL,
    kind      BIGINT NOT NULL,
    linked_id UUID NOT NULL,
    PRIMARY KEY (owner_id, goal_id, kind, linked_id),
    CONSTRAINT goal_links_goal FOREIGN KEY (owner_id, goal_id) REFERENCES goals (owner_id, id) ON DELETE CASCADE
);

-- Derived from tasks.goal_ids.
CREATE TABLE task_goals (
    owner_id UUID NOT NULL,
    goal_id  UUID NOT NULL,
    task_id  UUID NOT NULL,
    PRIMARY KEY (owner_id, goal_id, task_id),
    CONSTRAINT task_goals_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX task_goals_of ON task_goals (owner_id, task_id);

CREATE TABLE datapoints (
    owner_id   UUID NOT NULL,
    id         UUID NOT NULL,
    goal_id    UUID NOT NULL,
    at         BIGINT NOT NULL,
    value      DOUBLE PRECISION NOT NULL,
    note       TEXT NOT NULL,
    source     BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    change_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT datapoints_goal FOREIGN KEY (owner_id, goal_id) REFERENCES goals (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX datapoints_changed ON datapoints (owner_id, change_seq);
CREATE INDEX datapoints_at ON datapoints (owner_id, at, id) WHERE deleted_at IS NULL;
CREATE INDEX datapoints_of ON datapoints (owner_id, goal_id, at, id) WHERE deleted_at IS NULL;

-- Where the owner was when the account was made: what holds again when a chosen zone is taken back.
-- Absent while no zone was chosen.
ALTER TABLE owners ADD COLUMN default_zone TEXT;

CREATE TABLE preferences (
    owner_id   UUID NOT NULL,
    id         UUID NOT NULL,
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    locked     BIGINT NOT NULL,
    source     BIGINT NOT NULL,
    confidence DOUBLE PRECISION,
    version    BIGINT NOT NULL,
    change_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (owner_id, id)
);
-- One row a key for good, in the trash or not.
CREATE UNIQUE INDEX preferences_key ON preferences (owner_id, key);
CREATE INDEX preferences_changed ON preferences (owner_id, change_seq);

DO $$
DECLARE personal TEXT;
BEGIN
    FOREACH personal IN ARRAY ARRAY['goals', 'goal_links', 'task_goals', 'datapoints', 'preferences'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', personal);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', personal);
        EXECUTE format('CREATE POLICY owner_only ON %I USING (owner_id = NULLIF(current_setting(''app.owner_id'', true), '''')::uuid)', personal);
    END LOOP;
END
$$;
