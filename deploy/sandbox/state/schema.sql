PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;  -- a killed process loses nothing; only a dead machine may
PRAGMA busy_timeout = 5000;

CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,           -- '' is the platform itself
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL,
    private TEXT NOT NULL,
    UNIQUE (account, id)
);
CREATE INDEX IF NOT EXISTS objects_listed ON objects (account, kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_id ON objects (id);
CREATE INDEX IF NOT EXISTS objects_by_customer
    ON objects (account, kind, json_extract(body, '$.customer'), seq);
CREATE INDEX IF NOT EXISTS objects_by_payment_intent
    ON objects (account, kind, json_extract(body, '$.payment_intent'), seq);
CREATE INDEX IF NOT EXISTS objects_by_charge
    ON objects (account, kind, json_extract(body, '$.charge'), seq);
CREATE INDEX IF NOT EXISTS objects_by_source
    ON objects (account, kind, json_extract(body, '$.source'), seq);

-- Money per account, so that a balance is one sum over an index and not a walk over objects.
CREATE TABLE IF NOT EXISTS money (
    id TEXT PRIMARY KEY,             -- the balance transaction
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    net INTEGER NOT NULL,
    available_on INTEGER NOT NULL,
    payout TEXT
);
CREATE INDEX IF NOT EXISTS money_by_account ON money (account, available_on);

CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (account, key)
);

CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    event TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    due REAL NOT NULL,               -- on the real clock, not the movable one
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,             -- pending, delivered, failed, dropped
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (account, event);

CREATE TABLE IF NOT EXISTS timers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    due REAL NOT NULL,               -- on the movable clock
    job TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due);
CREATE INDEX IF NOT EXISTS timers_by_subject ON timers (account, subject);

CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,            -- api, webhooks, smtp
    kind TEXT NOT NULL,
    remaining INTEGER NOT NULL,
    details TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS violations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    request TEXT NOT NULL,
    problem TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,        -- JSON array, lower case
    subject TEXT NOT NULL,
    raw BLOB NOT NULL
);
