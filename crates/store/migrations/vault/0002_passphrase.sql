-- What a passphrase is mixed with, if the root hangs from one, too. It stands beside the ring, so that
-- it changes with it or not at all.
ALTER TABLE ring ADD COLUMN salt BLOB;
