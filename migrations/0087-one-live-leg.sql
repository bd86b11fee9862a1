-- One key instead of two keeps the legs of a payment apart: at most one of them is live, that is open, paid or given back.
-- Why: leg_one_open and leg_one_success were each written at a payment's end, one left and one entered, and cleaned up
-- after; `live` stays as it is until a leg is declined. It also forbids what the two together allowed: an open leg beside
-- a paid one.
-- Size and lock: a column is added at once; the update touches all legs but the declined ones once; the key is built
-- while payments go on. The columns of the old keys are written no more and go with a later release.
-- Back: fill the two columns from the states, ADD their keys, DROP leg_one_live. The release before must not run beside it.

ALTER TABLE payment_leg
  ADD COLUMN /*M! IF NOT EXISTS */ live TINYINT(1) NULL
    COMMENT '1: open, paid or given back, which one leg of a payment is at most; NULL: declined, or not yet begun';

UPDATE payment_leg SET live = 1 WHERE live IS NULL AND state <> 'DECLINED';

ALTER TABLE payment_leg
  ADD UNIQUE INDEX /*M! IF NOT EXISTS */ leg_one_live (payment_id, live);

ALTER TABLE payment_leg
  DROP INDEX /*M! IF EXISTS */ leg_one_open,
  DROP INDEX /*M! IF EXISTS */ leg_one_success;
