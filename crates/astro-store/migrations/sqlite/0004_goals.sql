-- What tasks are for, and what a person prefers.

CREATE TABLE goals (
    owner_id     BLOB NOT NULL,
    id           BLOB NOT NULL,
    title        TEXT NOT NULL,
    why          TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    horizon      INTEGER,
    start_day    TEXT,
    target_date  TEXT,
    unit         TEXT,
    start_value  REAL,
    target_value REAL,
    direction    INTEGER NOT NULL,
    aggregate    INTEGER NOT NULL,
    rate_window  INTEGER,
    target_rate  REAL,
    allowance    INTEGER NOT NULL,
    pauses       TEXT NOT NULL,
    status       INTEGER NOT NULL,
    parent_id    BLOB,
    links        TEXT NOT NULL,
    forecast     TEXT,
    version      INTEGER NOT NULL,
    change_seq   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    deleted_at   INTEGER,
    PRIMARY KEY (owner_id, id)
) STRICT;
CREATE INDEX goals_changed ON goals (owner_id, change_seq);
CREATE INDEX goals_parents ON goals (owner_id, parent_id) WHERE parent_id IS NOT NULL;

-- Derived from goals.links. kind: 0 task, 1 project, 2 label.
CREATE TABLE goal_links (
    owner_id  BLOB NOT NULL,
    goal_id   BLOB NOT NULL,
    kind      INTEGER NOT NULL,
    linked_id BLOB NOT NULL,
    PRIMARY KEY (owner_id, goal_id, kind, linked_id),
    CONSTRAINT goal_links_goal FOREIGN KEY (owner_id, goal_id) REFERENCES goals (owner_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Derived from tasks.goal_ids.
CREATE TABLE task_goals (
    owner_id BLOB NOT NULL,
    goal_id  BLOB NOT NULL,
    task_id  BLOB NOT NULL,
    PRIMARY KEY (owner_id, goal_id, task_id),
    CONSTRAINT task_goals_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX task_goals_of ON task_goals (owner_id, task_id);

CREATE TABLE datapoints (
    owner_id   BLOB NOT NULL,
    id         BLOB NOT NULL,
    goal_id    BLOB NOT NULL,
    at         INTEGER NOT NULL,
    value      REAL NOT NULL,
    note       TEXT NOT NULL,
    source     INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    change_seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT datapoints_goal FOREIGN KEY (owner_id, goal_id) REFERENCES goals (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX datapoints_changed ON datapoints (owner_id, change_seq);
CREATE INDEX datapoints_at ON datapoints (owner_id, at, id) WHERE deleted_at IS NULL;
CREATE INDEX datapoints_of ON datapoints (owner_id, goal_id, at, id) WHERE deleted_at IS NULL;

-- Where the owner was when the account was made: what holds again when a chosen zone is taken back.
-- Absent while no zone was chosen.
ALTER TABLE owners ADD COLUMN default_zone TEXT;

CREATE TABLE preferences (
    owner_id   BLOB NOT NULL,
    id         BLOB NOT NULL,
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    locked     INTEGER NOT NULL,
    source     INTEGER NOT NULL,
    confidence REAL,
    version    INTEGER NOT NULL,
    change_seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (owner_id, id)
) STRICT;
-- One row a key for good, in the trash or not.
CREATE UNIQUE INDEX preferences_key ON preferences (owner_id, key);
CREATE INDEX preferences_changed ON preferences (owner_id, change_seq);
