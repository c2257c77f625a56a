-- Recurring tasks: a series is a template, its occurrences are tasks of their own.

-- Part of a series' template, so nothing to be done itself.
ALTER TABLE tasks ADD COLUMN template INTEGER NOT NULL DEFAULT 0;
-- The template that an occurrence was made from, and which of its occurrences it is.
ALTER TABLE tasks ADD COLUMN series_id BLOB;
ALTER TABLE tasks ADD COLUMN recurrence_text TEXT;
ALTER TABLE tasks ADD COLUMN recurrence_index INTEGER;
CREATE INDEX tasks_of_series ON tasks (owner_id, series_id, recurrence_index) WHERE series_id IS NOT NULL;

-- Lists of open tasks never show templates.
DROP INDEX tasks_open_created;
DROP INDEX tasks_open_due;
CREATE INDEX tasks_open_created ON tasks (owner_id, created_at, id) WHERE deleted_at IS NULL AND status IN (0, 1) AND template = 0;
CREATE INDEX tasks_open_due ON tasks (owner_id, due_index, id) WHERE deleted_at IS NULL AND status IN (0, 1) AND template = 0;
-- What lies ahead, by its due time or else by its start.
CREATE INDEX tasks_open_ahead ON tasks (owner_id, (CASE WHEN due_text IS NULL THEN start_index ELSE due_index END), id)
    WHERE deleted_at IS NULL AND status IN (0, 1) AND template = 0;

-- Derived: the first occurrence of each living series that is no row yet.
CREATE TABLE series_ahead (
    owner_id      BLOB NOT NULL,
    series_id     BLOB NOT NULL,
    recurrence_id TEXT NOT NULL,
    start_text    TEXT,
    start_index   INTEGER NOT NULL,
    due_text      TEXT,
    -- as of a task, by its due time or else by its start
    ahead_index   INTEGER NOT NULL,
    -- every occurrence becomes a row when it starts, whether or not the one before is done
    kept          INTEGER NOT NULL,
    PRIMARY KEY (owner_id, series_id),
    CONSTRAINT series_ahead_series FOREIGN KEY (owner_id, series_id) REFERENCES tasks (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX series_ahead_order ON series_ahead (owner_id, ahead_index, series_id);
CREATE INDEX series_ahead_kept ON series_ahead (owner_id, start_index) WHERE kept = 1;
