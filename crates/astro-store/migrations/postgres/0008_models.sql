-- The registry of models: which versions there are, and which of them is used for what. The numbers
-- themselves are files.

CREATE TABLE model_versions (
    what       BIGINT NOT NULL,
    version    TEXT NOT NULL,
    -- nothing that was recorded later was learnt from
    watermark  BIGINT NOT NULL,
    trained_at BIGINT NOT NULL,
    manifest   TEXT NOT NULL,
    PRIMARY KEY (what, version)
);

CREATE TABLE model_aliases (
    what     BIGINT NOT NULL,
    alias    BIGINT NOT NULL,
    version  TEXT NOT NULL,
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (what, alias),
    CONSTRAINT model_aliases_version FOREIGN KEY (what, version) REFERENCES model_versions (what, version)
);
