-- Advice by lanes: each biller's due payments are found without looking at another's, and every claim is numbered.
-- Why: the number fences out a worker that was paused past its lease: what it still wants to write names an old claim
-- and matches no row. The index leads with the biller, so that one with ten thousand open payments costs the others
-- nothing. A claim is seen by next_advice_at itself, which it moves to the end of the lease; advice_until is read no
-- more and goes with a later release, when no older process can be running.
-- Size and lock: columns are added without touching rows; the index is built while payments go on.
-- Back: DROP INDEX leg_biller_advice, ADD INDEX leg_advice (next_advice_at); the columns may stay.

ALTER TABLE payment_leg
  ADD COLUMN /*M! IF NOT EXISTS */ advice_fence INT UNSIGNED NOT NULL DEFAULT 0
    COMMENT 'one more at each claim; every write that rests on a claim names it',
  ADD COLUMN /*M! IF NOT EXISTS */ advice_heard VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
    COMMENT 'what the last advice brought, while it brought no end; masked',
  ADD INDEX /*M! IF NOT EXISTS */ leg_biller_advice (biller_id, next_advice_at);

ALTER TABLE payment_leg
  DROP INDEX /*M! IF EXISTS */ leg_advice;
