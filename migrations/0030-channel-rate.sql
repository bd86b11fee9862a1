-- A channel's agreed rate.
-- Why: one channel that floods must be told so (429), and must not take the others' share.
-- Size and lock: one nullable column on a table of some hundred rows; added in place.
-- Back: DROP the column; every channel is without a limit then.
ALTER TABLE channel
  ADD COLUMN /*M! IF NOT EXISTS */ requests_per_second INT UNSIGNED NULL COMMENT 'held by each switch by itself; NULL: no limit' AFTER allowed_ips;
