-- The household's own data: it does not expire, and it holds no way back to an utterance.
CREATE TABLE setting (
    name   TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE timer (
    id              INTEGER PRIMARY KEY,
    name            TEXT,
    due_ms          INTEGER NOT NULL,
    total_ms        INTEGER NOT NULL,
    paused_left_ms  INTEGER,
    ringing         INTEGER NOT NULL
) STRICT;
