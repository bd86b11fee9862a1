-- The signature that lies beside a settlement file belongs to what a day was worked from, as its control file does.
-- Why: a run is replayed from its archived inputs, and its gates are held again: without the signature they could not be.
-- Size and lock: a column at the end of a small table, added at once. Back: DROP the column, only before the first
-- signature that came beside a file.

ALTER TABLE recon_batch_file
  ADD COLUMN /*M! IF NOT EXISTS */ signature CHAR(64) NULL COMMENT 'SHA-256 of the signature beside it';
