-- When the automatic rules of a run had all been applied: a run without it is worked again.
-- Why: where one break of a piece had moved, or the writer had too much to do, the piece was left out for good, and a
-- process that ended between the cases and the rules left all of them out.
-- Size and lock: a column at the end, at once, on a table of some rows a day; its rows so far count as applied.
-- Back: DROP the column.

ALTER TABLE recon_run
  ADD COLUMN /*M! IF NOT EXISTS */ rules_at DATETIME(3) NULL COMMENT 'when the automatic rules had all been applied';

UPDATE recon_run SET rules_at = breaks_at WHERE rules_at IS NULL AND breaks_at IS NOT NULL;
