CREATE TABLE staff (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL,
    canonical TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('author', 'editor', 'admin', 'privacy', 'viewer')),
    password_hash TEXT,                 -- Argon2id, PHC string
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

-- Wrong passwords by keyed hash of the address typed, whether it is anybody's or not: who waits tells nothing (R191).
CREATE TABLE sign_in_failures (
    address_key BLOB PRIMARY KEY,
    failures INTEGER NOT NULL,
    blocked_until INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failures_old ON sign_in_failures (at);

-- One-time links. Only the SHA-256 of the token is stored (R181).
CREATE TABLE staff_invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    token_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;

CREATE TABLE staff_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    token_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX staff_sessions_staff ON staff_sessions (staff_id);
