-- Tenants, users, and what lets users in. Reference data: no owner_id, no change feed. Passwords and
-- tokens are kept as hashes only.

CREATE TABLE tenants (
    id         UUID NOT NULL PRIMARY KEY,
    slug       TEXT NOT NULL,
    title      TEXT NOT NULL,
    disabled   BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tenants_slug ON tenants (slug);

-- The password's hash stands apart, so that reading a user never reads it.
CREATE TABLE users (
    id         UUID NOT NULL PRIMARY KEY,
    tenant_id  UUID NOT NULL,
    email      TEXT NOT NULL,
    email_key  TEXT NOT NULL,
    role       BIGINT NOT NULL,
    disabled   BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE UNIQUE INDEX users_email ON users (tenant_id, email_key);
CREATE INDEX users_by_email ON users (email_key);
CREATE INDEX users_by_role ON users (role, id);

CREATE TABLE credentials (
    user_id       UUID NOT NULL PRIMARY KEY,
    password_hash TEXT NOT NULL,
    changed_at    BIGINT NOT NULL,
    CONSTRAINT credentials_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE sessions (
    id           UUID NOT NULL PRIMARY KEY,
    user_id      UUID NOT NULL,
    kind         BIGINT NOT NULL,
    secret_hash  BYTEA,
    client       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sessions_secret ON sessions (secret_hash) WHERE secret_hash IS NOT NULL;
CREATE INDEX sessions_of ON sessions (user_id, id);
CREATE INDEX sessions_ending ON sessions (expires_at);

-- A session's refresh tokens are a family: showing a used one again ends the session.
CREATE TABLE refresh_tokens (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT,
    CONSTRAINT refresh_tokens_session FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_of ON refresh_tokens (session_id);

CREATE TABLE access_tokens (
    id           UUID NOT NULL PRIMARY KEY,
    user_id      UUID NOT NULL,
    title        TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    token_hash   BYTEA NOT NULL,
    scopes       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    CONSTRAINT access_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX access_tokens_hash ON access_tokens (token_hash);
CREATE INDEX access_tokens_of ON access_tokens (user_id, id);

-- One-time links: joining a tenant, or, with user_id, giving that user a new password.
CREATE TABLE invites (
    id         UUID NOT NULL PRIMARY KEY,
    tenant_id  UUID NOT NULL,
    user_id    UUID,
    email      TEXT NOT NULL,
    role       BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    created_by UUID,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT invites_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT invites_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT invites_creator FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX invites_token ON invites (token_hash);
CREATE INDEX invites_of ON invites (tenant_id, id);
CREATE INDEX invites_for ON invites (user_id) WHERE user_id IS NOT NULL;

-- The token of the first start: at most one row, and only while there is no user.
CREATE TABLE setup_tokens (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
);

-- Sign-in tries by account and by address; the key is a hash, so no address is kept.
CREATE TABLE login_attempts (
    key      BYTEA NOT NULL PRIMARY KEY,
    tries    TEXT NOT NULL,
    failures BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);
CREATE INDEX login_attempts_old ON login_attempts (last_at);
