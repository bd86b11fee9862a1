-- The SNAP door's memory, by age, so that the worker can take away what nobody asks for any more.
-- Why: a name is unique for a day and an offer is paid within minutes; a row a call would else be kept for ever.
-- Size and lock: two indexes on tables of some days' calls, built without a lock on reads and writes.
-- Back: DROP both.

ALTER TABLE snap_external_id ADD INDEX /*M! IF NOT EXISTS */ snap_external_id_age (business_date);
ALTER TABLE snap_offer ADD INDEX /*M! IF NOT EXISTS */ snap_offer_age (at);
