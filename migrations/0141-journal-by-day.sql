-- The journals of a business date, found by it.
-- Why: the general ledger takes the journals day by day, and every report of a day is held to them. Without this each
-- would read the journals of all days.
-- Size and lock: an index of about 60 bytes a journal, built in place while journals are written. The entries of a day and a
-- kind lie side by side and come nearly in order, so adding one costs little: docs/adr/0030.
-- Back: DROP the index; reports of a day then read everything.

ALTER TABLE journal
  ADD INDEX /*M! IF NOT EXISTS */ journal_day (business_date, kind, subject_id);
