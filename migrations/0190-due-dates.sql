-- The day by which a settlement is to be paid, by the bank's calendar.
-- Why: T+n counts days on which the bank works; finance plans and pays by that day and not by the business date.
-- Settlements and payouts from before have none.
-- Size and lock: a column at the end of two small tables. Back: DROP the columns.

ALTER TABLE settlement
  ADD COLUMN /*M! IF NOT EXISTS */ due_date DATE NULL COMMENT 'T+n by the days that bank and source work';
ALTER TABLE payout
  ADD COLUMN /*M! IF NOT EXISTS */ due_date DATE NULL COMMENT 'by when the party is to have it';
