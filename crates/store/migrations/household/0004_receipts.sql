-- That something was deleted, and nothing about what: no id, no word, no time finer than the day.
-- Each names the one before, so that none can be taken out unnoticed.
CREATE TABLE receipt (
    id          INTEGER PRIMARY KEY,
    day         INTEGER NOT NULL,
    parts       INTEGER NOT NULL,
    root_before INTEGER NOT NULL,
    root_after  INTEGER NOT NULL,
    ring        BLOB NOT NULL,
    link        BLOB NOT NULL
) STRICT;
