-- What arrived at the sandbox's vendors, in one SQLite file of their own: the shop's truth is the world file.
-- Times: ISO 8601 UTC with microseconds and a trailing Z, by the sandbox's clock.

CREATE TABLE IF NOT EXISTS sms (
    id INTEGER PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE,
    direction TEXT NOT NULL,                -- outbound-api | outbound-reply | inbound
    sender TEXT,                            -- NULL until a Messaging Service has picked one
    recipient TEXT NOT NULL,
    service_sid TEXT,
    body TEXT NOT NULL,
    media TEXT NOT NULL DEFAULT '[]',       -- JSON list of URLs
    segments INTEGER NOT NULL,
    status TEXT NOT NULL,
    error_code INTEGER,
    opt_out_type TEXT,                      -- STOP | START | HELP on an inbound message
    callback_url TEXT,
    failure INTEGER,                        -- the 3xxxx code it is going to end with
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    sent_at TEXT
);
CREATE INDEX IF NOT EXISTS sms_recipient ON sms(recipient);

CREATE TABLE IF NOT EXISTS call (           -- what a stand-in posted to the app, and what came of it
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,                  -- the SMS's sid, or email:<id>
    what TEXT NOT NULL,                     -- a status, inbound, or unsubscribe
    url TEXT NOT NULL,
    called_at TEXT NOT NULL,
    answer INTEGER,                         -- HTTP status, NULL when there was none
    problem TEXT
);
CREATE INDEX IF NOT EXISTS call_subject ON call(subject);

CREATE TABLE IF NOT EXISTS opt_out (
    sender TEXT NOT NULL,                   -- number or Messaging Service
    recipient TEXT NOT NULL,
    opted_out_at TEXT NOT NULL,
    PRIMARY KEY (sender, recipient)
);

CREATE TABLE IF NOT EXISTS email (
    id INTEGER PRIMARY KEY,
    received_at TEXT NOT NULL,
    mail_from TEXT NOT NULL,                -- envelope
    recipients TEXT NOT NULL,               -- envelope, JSON list
    raw BLOB NOT NULL
);

CREATE TABLE IF NOT EXISTS refusal (        -- what a stand-in would not take
    id INTEGER PRIMARY KEY,
    vendor TEXT NOT NULL,                   -- twilio | smtp
    recipient TEXT NOT NULL,
    code INTEGER NOT NULL,
    words TEXT NOT NULL,
    refused_at TEXT NOT NULL
);
