-- The keys of all things, sealed under the household's root, which is drawn anew whenever something is taken away:
-- see src/household.rs. It says nothing else, not even which root that is.
CREATE TABLE keyring (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    sealed  BLOB NOT NULL
) STRICT;
