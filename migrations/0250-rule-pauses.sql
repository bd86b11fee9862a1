-- How often the automatic rules of a run could not be written, and when they are tried again.
-- Why: a rule whose writing never succeeds had its run worked anew at every look, for ever, and nobody was told.
-- Size and lock: two columns at the end, at once, on a table of some rows a day.
-- Back: DROP both columns.

ALTER TABLE recon_run
  ADD COLUMN /*M! IF NOT EXISTS */ rule_failures SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'tries that left something out';

ALTER TABLE recon_run
  ADD COLUMN /*M! IF NOT EXISTS */ rules_next_at DATETIME(3) NULL COMMENT 'not tried again before';
