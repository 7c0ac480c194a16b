-- What was said and answered. Everything here expires; see retention.rs.
-- Ids are random, so that they tell neither order nor number.
CREATE TABLE turn (
    id            BLOB PRIMARY KEY CHECK (length(id) = 16),
    at_ms         INTEGER NOT NULL,
    speaker       TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    -- The record itself as JSON; NULL once the text has expired and only the sound is left.
    record        TEXT,
    -- What search looks through: words and reply, lower case. Goes with the record.
    haystack      TEXT,
    text_due_ms   INTEGER,
    -- Name of the file under clips/; NULL when no sound is kept.
    clip          TEXT,
    clip_seconds  REAL,
    clip_peaks    BLOB,
    clip_due_ms   INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX turn_by_time ON turn (at_ms, id);
CREATE INDEX turn_by_text_due ON turn (text_due_ms);
CREATE INDEX turn_by_clip_due ON turn (clip_due_ms);
