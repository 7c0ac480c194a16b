-- What was said and answered, sealed. No name, number or time in here says anything: ids are random,
-- and what belongs together only the keys tell. See crates/store/README.md.

-- The keys of all buckets and how long things may be kept, under the root of that generation.
CREATE TABLE ring (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    generation  INTEGER NOT NULL,
    sealed      BLOB NOT NULL
) STRICT;

-- The keys of some parts, under the key of the bucket.
CREATE TABLE bucket (
    id      INTEGER PRIMARY KEY,
    sealed  BLOB NOT NULL
) STRICT;

-- A part of a turn, its words or what is known of its sound, under a key of its own.
CREATE TABLE part (
    id      BLOB PRIMARY KEY CHECK (length(id) = 16),
    sealed  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Parts that are to be deleted; not empty only while that is done.
CREATE TABLE pending (
    id  BLOB PRIMARY KEY CHECK (length(id) = 16)
) STRICT, WITHOUT ROWID;
