-- Tenants, users, and what lets users in. Reference data: no owner_id, no change feed. Passwords and
-- tokens are kept as hashes only.

CREATE TABLE tenants (
    id         BLOB NOT NULL PRIMARY KEY,
    slug       TEXT NOT NULL,
    title      TEXT NOT NULL,
    disabled   INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tenants_slug ON tenants (slug);

-- The password's hash stands apart, so that reading a user never reads it.
CREATE TABLE users (
    id         BLOB NOT NULL PRIMARY KEY,
    tenant_id  BLOB NOT NULL,
    email      TEXT NOT NULL,
    email_key  TEXT NOT NULL,
    role       INTEGER NOT NULL,
    disabled   INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) STRICT;
CREATE UNIQUE INDEX users_email ON users (tenant_id, email_key);
CREATE INDEX users_by_email ON users (email_key);
CREATE INDEX users_by_role ON users (role, id);

CREATE TABLE credentials (
    user_id       BLOB NOT NULL PRIMARY KEY,
    password_hash TEXT NOT NULL,
    changed_at    INTEGER NOT NULL,
    CONSTRAINT credentials_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE sessions (
    id           BLOB NOT NULL PRIMARY KEY,
    user_id      BLOB NOT NULL,
    kind         INTEGER NOT NULL,
    secret_hash  BLOB,
    client       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX sessions_secret ON sessions (secret_hash) WHERE secret_hash IS NOT NULL;
CREATE INDEX sessions_of ON sessions (user_id, id);
CREATE INDEX sessions_ending ON sessions (expires_at);

-- A session's refresh tokens are a family: showing a used one again ends the session.
CREATE TABLE refresh_tokens (
    token_hash BLOB NOT NULL PRIMARY KEY,
    session_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    CONSTRAINT refresh_tokens_session FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX refresh_tokens_of ON refresh_tokens (session_id);

CREATE TABLE access_tokens (
    id           BLOB NOT NULL PRIMARY KEY,
    user_id      BLOB NOT NULL,
    title        TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    token_hash   BLOB NOT NULL,
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    CONSTRAINT access_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX access_tokens_hash ON access_tokens (token_hash);
CREATE INDEX access_tokens_of ON access_tokens (user_id, id);

-- One-time links: joining a tenant, or, with user_id, giving that user a new password.
CREATE TABLE invites (
    id         BLOB NOT NULL PRIMARY KEY,
    tenant_id  BLOB NOT NULL,
    user_id    BLOB,
    email      TEXT NOT NULL,
    role       INTEGER NOT NULL,
    token_hash BLOB NOT NULL,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CONSTRAINT invites_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT invites_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT invites_creator FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX invites_token ON invites (token_hash);
CREATE INDEX invites_of ON invites (tenant_id, id);
CREATE INDEX invites_for ON invites (user_id) WHERE user_id IS NOT NULL;

-- The token of the first start: at most one row, and only while there is no user.
CREATE TABLE setup_tokens (
    token_hash BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

-- Sign-in tries by account and by address; the key is a hash, so no address is kept.
CREATE TABLE login_attempts (
    key      BLOB NOT NULL PRIMARY KEY,
    tries    TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX login_attempts_old ON login_attempts (last_at);
