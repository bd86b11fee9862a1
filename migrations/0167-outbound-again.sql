-- A file for others can be asked for again, and its acknowledgement is believed when it lies the same at two looks.
-- Why: after a refusal, or a file that got lost on the other side, nothing followed; half an acknowledgement was a refusal.
-- The alerts about it stand under the channel or source that it is about, whose name may be longer than a source's.
-- Size and lock: columns of a table of some rows a day; a copy of recon_alert, some hundred rows. Back: drop the columns.

ALTER TABLE outbound_file
  ADD COLUMN /*M! IF NOT EXISTS */ ack_seen_sha256 CHAR(64) NULL COMMENT 'what lay there at the last look',
  ADD COLUMN /*M! IF NOT EXISTS */ asked_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
    COMMENT 'who wanted it sent again; NULL: it was due',
  ADD COLUMN /*M! IF NOT EXISTS */ asked_why VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;

ALTER TABLE recon_alert MODIFY source VARCHAR(40) NOT NULL;
