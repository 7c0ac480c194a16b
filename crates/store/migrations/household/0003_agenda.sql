-- Alarms, reminders and commands that happen later. Times are milliseconds since 1970.
CREATE TABLE agenda (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    rule        TEXT NOT NULL,
    label       TEXT,
    steps       TEXT NOT NULL,
    next_ms     INTEGER,
    snoozed_ms  INTEGER,
    ringing_ms  INTEGER,
    missed_ms   INTEGER
) STRICT;
