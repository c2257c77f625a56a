-- The role that the product acts as: it owns no tables, so row-level security binds it whoever
-- logs in. Roles are shared by all databases of a server, hence the guard against a race.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'astro_app') THEN
        CREATE ROLE astro_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$;
-- Who may not grant it may have been granted it before.
DO $$
BEGIN
    GRANT astro_app TO CURRENT_USER;
EXCEPTION WHEN insufficient_privilege THEN
    IF NOT pg_has_role(CURRENT_USER, 'astro_app', 'MEMBER') THEN
        RAISE;
    END IF;
END
$$;
GRANT USAGE ON SCHEMA public TO astro_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO astro_app;

-- Owners, their log, and the nouns around tasks. Instants are microseconds since 1970 in UTC, enums
-- and flags are integers, ids are UUIDs. Every personal table begins its key with owner_id.

CREATE TABLE owners (
    owner_id   UUID NOT NULL PRIMARY KEY,
    tenant_id  UUID NOT NULL,
    zone       TEXT NOT NULL,
    change_seq BIGINT NOT NULL,
    purged_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE events (
    owner_id      UUID NOT NULL,
    id            UUID NOT NULL,
    at            BIGINT NOT NULL,
    recorded_at   BIGINT NOT NULL,
    entity        BIGINT NOT NULL,
    entity_id     UUID NOT NULL,
    action        BIGINT NOT NULL,
    cause         UUID,
    change_seq    BIGINT NOT NULL,
    data          TEXT NOT NULL,
    before_row    TEXT,
    version_after BIGINT NOT NULL,
    published_at  BIGINT,
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX events_entity ON events (owner_id, entity, entity_id, id);
CREATE INDEX events_unpublished ON events (owner_id, id) WHERE published_at IS NULL;

CREATE TABLE idempotency_keys (
    owner_id     UUID NOT NULL,
    key          TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    response     TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (owner_id, key)
);

CREATE TABLE labels (
    owner_id   UUID NOT NULL,
    id         UUID NOT NULL,
    title      TEXT NOT NULL,
    color      TEXT,
    version    BIGINT NOT NULL,
    change_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (owner_id, id)
);
CREATE UNIQUE INDEX labels_title ON labels (owner_id, title) WHERE deleted_at IS NULL;
CREATE INDEX labels_changed ON labels (owner_id, change_seq);

CREATE TABLE projects (
    owner_id    UUID NOT NULL,
    id          UUID NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    color       TEXT,
    parent_id   UUID,
    position    TEXT NOT NULL,
    archived    BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    change_seq  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    deleted_at  BIGINT,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT projects_parent FOREIGN KEY (owner_id, parent_id) REFERENCES projects (owner_id, id)
);
CREATE INDEX projects_changed ON projects (owner_id, change_seq);
CREATE INDEX projects_parents ON projects (owner_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE tasks (
    owner_id        UUID NOT NULL,
    id              UUID NOT NULL,
    uid             TEXT NOT NULL,
    title           TEXT NOT NULL,
    description     TEXT NOT NULL,
    status          BIGINT NOT NULL,
    state           BIGINT NOT NULL,
    priority        BIGINT NOT NULL,
    start_text      TEXT,
    start_index     BIGINT NOT NULL,
    due_text        TEXT,
    due_index       BIGINT NOT NULL,
    deadline        TEXT,
    estimate_s      BIGINT,
    estimate_source BIGINT NOT NULL,
    min_block_s     BIGINT,
    max_block_s     BIGINT,
    auto_plan       BIGINT NOT NULL,
    locked          BIGINT NOT NULL,
    energy          BIGINT,
    percent         BIGINT NOT NULL,
    rrule           TEXT,
    rdate           TEXT NOT NULL,
    exdate          TEXT NOT NULL,
    repeat_from     BIGINT NOT NULL,
    missed_policy   BIGINT NOT NULL,
    project_id      UUID,
    parent_id       UUID,
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
    visibility      BIGINT NOT NULL,
    completed_at    BIGINT,
    completed_by    UUID,
    source          BIGINT NOT NULL,
    postpone_count  BIGINT NOT NULL,
    first_due       TEXT,
    sequence        BIGINT NOT NULL,
    verbatim        TEXT,
    version         BIGINT NOT NULL,
    change_seq      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    deleted_at      BIGINT,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT tasks_project FOREIGN KEY (owner_id, project_id) REFERENCES projects (owner_id, id),
    CONSTRAINT tasks_parent FOREIGN KEY (owner_id, parent_id) REFERENCES tasks (owner_id, id)
);
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
    owner_id UUID NOT NULL,
    label_id UUID NOT NULL,
    task_id  UUID NOT NULL,
    PRIMARY KEY (owner_id, label_id, task_id),
    CONSTRAINT task_labels_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX task_labels_of ON task_labels (owner_id, task_id);

-- Derived from tasks.depends_on.
CREATE TABLE task_dependencies (
    owner_id   UUID NOT NULL,
    task_id    UUID NOT NULL,
    depends_on UUID NOT NULL,
    PRIMARY KEY (owner_id, task_id, depends_on),
    CONSTRAINT task_dependencies_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX task_dependencies_on ON task_dependencies (owner_id, depends_on);

-- Derived from tasks.title and tasks.description.
CREATE TABLE task_search (
    owner_id UUID NOT NULL,
    task_id  UUID NOT NULL,
    document TSVECTOR NOT NULL,
    PRIMARY KEY (owner_id, task_id),
    CONSTRAINT task_search_task FOREIGN KEY (owner_id, task_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX task_search_words ON task_search USING gin (document);

-- A statement that forgets its owner sees nothing. A pooled connection whose SET LOCAL has ended
-- reads '' rather than NULL.
DO $$
DECLARE personal TEXT;
BEGIN
    FOREACH personal IN ARRAY ARRAY['owners', 'events', 'idempotency_keys', 'labels', 'projects', 'tasks', 'task_labels', 'task_dependencies', 'task_search'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', personal);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', personal);
        EXECUTE format('CREATE POLICY owner_only ON %I USING (owner_id = NULLIF(current_setting(''app.owner_id'', true), '''')::uuid)', personal);
    END LOOP;
END
$$;
