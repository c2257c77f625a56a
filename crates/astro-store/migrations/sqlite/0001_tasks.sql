-- Owners, their log, and the nouns around tasks. Instants are microseconds since 1970 in UTC, enums
-- and flags are integers, ids are UUIDs. Every personal table begins its key with owner_id.

CREATE TABLE owners (
    owner_id   BLOB NOT NULL PRIMARY KEY,
    tenant_id  BLOB NOT NULL,
    zone       TEXT NOT NULL,
    change_seq INTEGER NOT NULL,
    purged_seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
    owner_id      BLOB NOT NULL,
    id            BLOB NOT NULL,
    at            INTEGER NOT NULL,
    recorded_at   INTEGER NOT NULL,
    entity        INTEGER NOT NULL,
    entity_id     BLOB NOT NULL,
    action        INTEGER NOT NULL,
    cause         BLOB,
    change_seq    INTEGER NOT NULL,
    data          TEXT NOT NULL,
    before_row    TEXT,
    version_after INTEGER NOT NULL,
    published_at  INTEGER,
    PRIMARY KEY (owner_id, id)
) STRICT;
CREATE INDEX events_entity ON events (owner_id, entity, entity_id, id);
CREATE INDEX events_unpublished ON events (owner_id, id) WHERE published_at IS NULL;

CREATE TABLE idempotency_keys (
    owner_id     BLOB NOT NULL,
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    response     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (owner_id, key)
) STRICT;

CREATE TABLE labels (
    owner_id   BLOB NOT NULL,
    id         BLOB NOT NULL,
    title      TEXT NOT NULL,
    color      TEXT,
    version    INTEGER NOT NULL,
    change_seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (owner_id, id)
) STRICT;
CREATE UNIQUE INDEX labels_title ON labels (owner_id, title) WHERE deleted_at IS NULL;
CREATE INDEX labels_changed ON labels (owner_id, change_seq);

CREATE TABLE projects (
    owner_id    BLOB NOT NULL,
    id          BLOB NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    color       TEXT,
    parent_id   BLOB,
    position    TEXT NOT NULL,
    archived    INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    change_seq  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    deleted_at  INTEGER,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT projects_parent FOREIGN KEY (owner_id, parent_id) REFERENCES projects (owner_id, id)
) STRICT;
CREATE INDEX projects_changed ON projects (owner_id, change_seq);
CREATE INDEX projects_parents ON projects (owner_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE tasks (
    owner_id        BLOB NOT NULL,
    id              BLOB NOT NULL,
    uid             TEXT NOT NULL,
    title           TEXT NOT NULL,
    description     TEXT NOT NULL,
    status          INTEGER NOT NULL,
    state           INTEGER NOT NULL,
    priority        INTEGER NOT NULL,
    start_text      TEXT,
    start_index     INTEGER NOT NULL,
    due_text        TEXT,
    due_index       INTEGER NOT NULL,
    deadline        TEXT,
    estimate_s      INTEGER,
    estimate_source INTEGER NOT NULL,
    min_block_s     INTEGER,
    max_block_s     INTEGER,
    auto_plan       INTEGER NOT NULL,
    locked          INTEGER NOT NULL,
    energy          INTEGER,
    percent         INTEGER NOT NULL,
    rrule           TEXT,
    rdate           TEXT NOT NULL,
    exdate          TEXT NOT NULL,
    repeat_from     INTEGER NOT NULL,
    missed_policy   INTEGER NOT NULL,
    project_id      BLOB,
    parent_id       BLOB,
    position        TEXT NOT NULL,
    depends_on      TEXT NOT NULL,
    relations       TEXT NOT NULL,
    labels          TEXT NOT NULL,
    goal_ids        TEXT NOT NULL,
    color           TEXT,
    url             TEXT,
    location        TEXT,
    attachments     TEXT NOT NULL,
    assignees       TEXT NOT NULL,
    visibility      INTEGER NOT NULL,
    completed_at    INTEGER,
    completed_by    BLOB,
    source          INTEGER NOT NULL,
    postpone_count  INTEGER NOT NULL,
    first_due       TEXT,
    sequence        INTEGER NOT NULL,
    verbatim        TEXT,
    version         INTEGER NOT NULL,
    change_seq      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT tasks_project FOREIGN KEY (owner_id, project_id) REFERENCES projects (owner_id, id),
    CONSTRAINT tasks_parent FOREIGN KEY (owner_id, parent_id) REFERENCES tasks (owner_id, id)
) STRICT;
CREATE UNIQUE INDEX tasks_uid ON tasks (owner_id, uid);
CREATE INDEX tasks_changed ON tasks (owner_id, change_seq);
-- Orders of lists. Those of open tasks are partial and the others are not: without statistics SQLite
-- then prefers the smaller ones where they serve.
CREATE INDEX tasks_created ON tasks (owner_id, created_at, id);
CREATE INDEX tasks_updated ON tasks (owner_id, updated_at, id);
CREATE INDEX tasks_due ON tasks (owner_id, due_index, id);
CREATE INDEX tasks_position ON tasks (owner_id, position, id);
CREATE INDEX tasks_open_created ON tasks (owner_id, created_at, id) WHERE deleted_at IS NULL AND status IN (0, 1);
CREATE INDEX tasks_open_due ON tasks (owner_id, due_index, id) WHERE deleted_at IS NULL AND status IN (0, 1);
CREATE INDEX tasks_completed ON tasks (owner_id, completed_at, id) WHERE completed_at IS NOT NULL;
CREATE INDEX tasks_in_project ON tasks (owner_id, project_id, position, id) WHERE project_id IS NOT NULL;
CREATE INDEX tasks_parents ON tasks (owner_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX tasks_trash ON tasks (owner_id, deleted_at) WHERE deleted_at IS NOT NULL;

-- Derived from tasks.labels.
CREATE TABLE task_labels (
    owner_id BLOB NOT NULL,
    label_id BLOB NOT NULL,
    task_id  BLOB NOT NULL,
    PRIMARY KEY (owner_id, label_id, task_id),
    CONSTRAINT task_labels_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX task_labels_of ON task_labels (owner_id, task_id);

-- Derived from tasks.depends_on.
CREATE TABLE task_dependencies (
    owner_id   BLOB NOT NULL,
    task_id    BLOB NOT NULL,
    depends_on BLOB NOT NULL,
    PRIMARY KEY (owner_id, task_id, depends_on),
    CONSTRAINT task_dependencies_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX task_dependencies_on ON task_dependencies (owner_id, depends_on);

-- Derived from tasks.title and tasks.description. FTS5 knows rows by number only; the number is
-- explicit so that VACUUM cannot change it.
CREATE TABLE task_search_rows (
    row_id   INTEGER PRIMARY KEY,
    owner_id BLOB NOT NULL,
    task_id  BLOB NOT NULL,
    UNIQUE (owner_id, task_id),
    CONSTRAINT task_search_rows_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE VIRTUAL TABLE task_search USING fts5 (title, description, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
