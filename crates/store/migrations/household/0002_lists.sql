-- Lists and what is on them: the household's own words, kept until they are taken off.
CREATE TABLE list (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE list_item (
    id        INTEGER PRIMARY KEY,
    list_id   INTEGER NOT NULL REFERENCES list (id) ON DELETE CASCADE,
    text      TEXT NOT NULL,
    position  INTEGER NOT NULL
) STRICT;

CREATE INDEX list_item_by_list ON list_item (list_id, position);
