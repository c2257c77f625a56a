-- Recommendations and the decision log: what could have been proposed, what was, and what came of it.
-- Decision points, exposures and feedback are only ever appended to; an exposure learns once when it
-- was first shown.

-- Keys of this installation, not of anybody: what draws are derived from.
CREATE TABLE instance_keys (
    name       TEXT NOT NULL PRIMARY KEY,
    key        BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE decision_points (
    owner_id         UUID NOT NULL,
    id               UUID NOT NULL,
    at               BIGINT NOT NULL,
    tz_offset_s      BIGINT NOT NULL,
    trigger_code     BIGINT NOT NULL,
    surface          BIGINT NOT NULL,
    time_available_s BIGINT,
    situation        TEXT NOT NULL,
    available        BIGINT NOT NULL,
    spoke            BIGINT NOT NULL,
    silence          TEXT NOT NULL,
    left_out         TEXT NOT NULL,
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX decision_points_unasked ON decision_points (owner_id, at) WHERE spoke = 1 AND trigger_code <> 0;

-- The policy's parameters by their hash: they change rarely, exposures are many.
CREATE TABLE policy_parameters (
    owner_id UUID NOT NULL,
    hash     BYTEA NOT NULL,
    content  TEXT NOT NULL,
    PRIMARY KEY (owner_id, hash)
);

CREATE TABLE exposures (
    owner_id       UUID NOT NULL,
    decision_id    UUID NOT NULL,
    policy         TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    models         TEXT NOT NULL,
    parameters     BYTEA NOT NULL,
    reward_version TEXT NOT NULL,
    feature_schema BYTEA NOT NULL,
    candidates     BYTEA NOT NULL,
    chosen         BIGINT,
    p_speak        DOUBLE PRECISION NOT NULL,
    p_choice       DOUBLE PRECISION NOT NULL,
    propensity     DOUBLE PRECISION NOT NULL,
    slate          TEXT NOT NULL,
    exploration    BIGINT NOT NULL,
    draw_key       BYTEA NOT NULL,
    draw_counter   BIGINT NOT NULL,
    shown_at       BIGINT,
    explanation    BYTEA,
    PRIMARY KEY (owner_id, decision_id),
    CONSTRAINT exposures_decision FOREIGN KEY (owner_id, decision_id) REFERENCES decision_points (owner_id, id),
    CONSTRAINT exposures_parameters FOREIGN KEY (owner_id, parameters) REFERENCES policy_parameters (owner_id, hash)
);

CREATE TABLE recommendations (
    owner_id        UUID NOT NULL,
    id              UUID NOT NULL,
    decision_id     UUID NOT NULL,
    kind            BIGINT NOT NULL,
    task_id         UUID NOT NULL,
    proposal        TEXT NOT NULL,
    rank            BIGINT NOT NULL,
    score           DOUBLE PRECISION NOT NULL,
    reasons         TEXT NOT NULL,
    counterfactual  TEXT,
    policy          TEXT NOT NULL,
    policy_version  TEXT NOT NULL,
    propensity      DOUBLE PRECISION NOT NULL,
    surface         BIGINT NOT NULL,
    state           BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    shown_at        BIGINT,
    answered_at     BIGINT,
    set_aside_until BIGINT,
    version         BIGINT NOT NULL,
    change_seq      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    deleted_at      BIGINT,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT recommendations_decision FOREIGN KEY (owner_id, decision_id) REFERENCES decision_points (owner_id, id)
);
CREATE INDEX recommendations_changed ON recommendations (owner_id, change_seq);
CREATE INDEX recommendations_open ON recommendations (owner_id, expires_at) WHERE state IN (0, 1);
CREATE INDEX recommendations_shown ON recommendations (owner_id, task_id, shown_at) WHERE shown_at IS NOT NULL;
CREATE INDEX recommendations_set_aside ON recommendations (owner_id, set_aside_until) WHERE set_aside_until IS NOT NULL;
CREATE INDEX recommendations_of_decision ON recommendations (owner_id, decision_id);

CREATE TABLE feedback (
    owner_id          UUID NOT NULL,
    id                UUID NOT NULL,
    recommendation_id UUID NOT NULL,
    decision_id       UUID NOT NULL,
    event             BIGINT NOT NULL,
    reason            BIGINT,
    until_at          BIGINT,
    edited_value      TEXT,
    rating            BIGINT,
    value             DOUBLE PRECISION,
    at                BIGINT NOT NULL,
    recorded_at       BIGINT NOT NULL,
    latency_ms        BIGINT,
    surface           BIGINT NOT NULL,
    rank              BIGINT NOT NULL,
    source            BIGINT NOT NULL,
    consent           BIGINT NOT NULL,
    weight            DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT feedback_recommendation FOREIGN KEY (owner_id, recommendation_id) REFERENCES recommendations (owner_id, id)
);
CREATE INDEX feedback_of ON feedback (owner_id, recommendation_id, id);

DO $$
DECLARE personal TEXT;
BEGIN
    FOREACH personal IN ARRAY ARRAY['decision_points', 'policy_parameters', 'exposures', 'recommendations', 'feedback'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', personal);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', personal);
        EXECUTE format('CREATE POLICY owner_only ON %I USING (owner_id = NULLIF(current_setting(''app.owner_id'', true), '''')::uuid)', personal);
    END LOOP;
END
$$;
