-- The registry of models: which versions there are, and which of them is used for what. The numbers
-- themselves are files.

CREATE TABLE model_versions (
    what       INTEGER NOT NULL,
    version    TEXT NOT NULL,
    -- nothing that was recorded later was learnt from
    watermark  INTEGER NOT NULL,
    trained_at INTEGER NOT NULL,
    manifest   TEXT NOT NULL,
    PRIMARY KEY (what, version)
) STRICT;

CREATE TABLE model_aliases (
    what     INTEGER NOT NULL,
    alias    INTEGER NOT NULL,
    version  TEXT NOT NULL,
    moved_at INTEGER NOT NULL,
    PRIMARY KEY (what, alias),
    CONSTRAINT model_aliases_version FOREIGN KEY (what, version) REFERENCES model_versions (what, version)
) STRICT;
