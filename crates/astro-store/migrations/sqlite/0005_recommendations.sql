-- Recommendations and the decision log: what could have been proposed, what was, and what came of it.
-- Decision points, exposures and feedback are only ever appended to; an exposure learns once when it
-- was first shown.

-- Keys of this installation, not of anybody: what draws are derived from.
CREATE TABLE instance_keys (
    name       TEXT NOT NULL PRIMARY KEY,
    key        BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE decision_points (
    owner_id         BLOB NOT NULL,
    id               BLOB NOT NULL,
    at               INTEGER NOT NULL,
    tz_offset_s      INTEGER NOT NULL,
    trigger_code     INTEGER NOT NULL,
    surface          INTEGER NOT NULL,
    time_available_s INTEGER,
    situation        TEXT NOT NULL,
    available        INTEGER NOT NULL,
    spoke            INTEGER NOT NULL,
    silence          TEXT NOT NULL,
    left_out         TEXT NOT NULL,
    PRIMARY KEY (owner_id, id)
) STRICT;
CREATE INDEX decision_points_unasked ON decision_points (owner_id, at) WHERE spoke = 1 AND trigger_code <> 0;

-- The policy's parameters by their hash: they change rarely, exposures are many.
CREATE TABLE policy_parameters (
    owner_id BLOB NOT NULL,
    hash     BLOB NOT NULL,
    content  TEXT NOT NULL,
    PRIMARY KEY (owner_id, hash)
) STRICT;

CREATE TABLE exposures (
    owner_id       BLOB NOT NULL,
    decision_id    BLOB NOT NULL,
    policy         TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    models         TEXT NOT NULL,
    parameters     BLOB NOT NULL,
    reward_version TEXT NOT NULL,
    feature_schema BLOB NOT NULL,
    candidates     BLOB NOT NULL,
    chosen         INTEGER,
    p_speak        REAL NOT NULL,
    p_choice       REAL NOT NULL,
    propensity     REAL NOT NULL,
    slate          TEXT NOT NULL,
    exploration    INTEGER NOT NULL,
    draw_key       BLOB NOT NULL,
    draw_counter   INTEGER NOT NULL,
    shown_at       INTEGER,
    explanation    BLOB,
    PRIMARY KEY (owner_id, decision_id),
    CONSTRAINT exposures_decision FOREIGN KEY (owner_id, decision_id) REFERENCES decision_points (owner_id, id),
    CONSTRAINT exposures_parameters FOREIGN KEY (owner_id, parameters) REFERENCES policy_parameters (owner_id, hash)
) STRICT;

CREATE TABLE recommendations (
    owner_id        BLOB NOT NULL,
    id              BLOB NOT NULL,
    decision_id     BLOB NOT NULL,
    kind            INTEGER NOT NULL,
    task_id         BLOB NOT NULL,
    proposal        TEXT NOT NULL,
    rank            INTEGER NOT NULL,
    score           REAL NOT NULL,
    reasons         TEXT NOT NULL,
    counterfactual  TEXT,
    policy          TEXT NOT NULL,
    policy_version  TEXT NOT NULL,
    propensity      REAL NOT NULL,
    surface         INTEGER NOT NULL,
    state           INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    shown_at        INTEGER,
    answered_at     INTEGER,
    set_aside_until INTEGER,
    version         INTEGER NOT NULL,
    change_seq      INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT recommendations_decision FOREIGN KEY (owner_id, decision_id) REFERENCES decision_points (owner_id, id)
) STRICT;
CREATE INDEX recommendations_changed ON recommendations (owner_id, change_seq);
CREATE INDEX recommendations_open ON recommendations (owner_id, expires_at) WHERE state IN (0, 1);
CREATE INDEX recommendations_shown ON recommendations (owner_id, task_id, shown_at) WHERE shown_at IS NOT NULL;
CREATE INDEX recommendations_set_aside ON recommendations (owner_id, set_aside_until) WHERE set_aside_until IS NOT NULL;
CREATE INDEX recommendations_of_decision ON recommendations (owner_id, decision_id);

CREATE TABLE feedback (
    owner_id          BLOB NOT NULL,
    id                BLOB NOT NULL,
    recommendation_id BLOB NOT NULL,
    decision_id       BLOB NOT NULL,
    event             INTEGER NOT NULL,
    reason            INTEGER,
    until_at          INTEGER,
    edited_value      TEXT,
    rating            INTEGER,
    value             REAL,
    at                INTEGER NOT NULL,
    recorded_at       INTEGER NOT NULL,
    latency_ms        INTEGER,
    surface           INTEGER NOT NULL,
    rank              INTEGER NOT NULL,
    source            INTEGER NOT NULL,
    consent           INTEGER NOT NULL,
    weight            REAL NOT NULL,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT feedback_recommendation FOREIGN KEY (owner_id, recommendation_id) REFERENCES recommendations (owner_id, id)
) STRICT;
CREATE INDEX feedback_of ON feedback (owner_id, recommendation_id, id);
