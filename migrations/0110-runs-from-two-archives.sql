-- A run is a function of two archived inputs: their file, and a snapshot of our side, each by its SHA-256.
-- Why: the run is matched outside the database, and can be made again byte for byte from the two and its rules.
-- recon_theirs and recon_ours are no longer written; what earlier runs left there stays as their proof.
-- Size and lock: columns on two tables of some rows per source and day. Back: drop the columns.

ALTER TABLE recon_run
  ADD COLUMN /*M! IF NOT EXISTS */ rules JSON NULL COMMENT 'what it was matched by; NULL: a run of before',
  ADD COLUMN /*M! IF NOT EXISTS */ ours_sha256 CHAR(64) NULL COMMENT 'of the snapshot of our side, once closed';

ALTER TABLE recon_break
  ADD COLUMN /*M! IF NOT EXISTS */ file_no SMALLINT UNSIGNED NULL COMMENT 'of the line, among the files of its batch',
  ADD COLUMN /*M! IF NOT EXISTS */ their_ref VARCHAR(64) NULL COMMENT 'their reference, where there is a line';
