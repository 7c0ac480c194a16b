-- All of it sealed under the household's key: what kind of thing it is and which one, and no more. The
-- tables of before are emptied into this one and dropped when the database is opened.
CREATE TABLE thing (
    kind    INTEGER NOT NULL,
    id      INTEGER NOT NULL,
    sealed  BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
