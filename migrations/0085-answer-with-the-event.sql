-- The answer of a payment stands with the event that led to it: code, receipt, and what the deposit had left.
-- Why: written into the payment's row at its end, a receipt made the row three times as long, and moved it, its page and
-- often the page beside it: half of what a payment cost the server. An event is written once, and the UPDATE of a
-- payment's end now changes nothing but its state and number, in place. The last event's answer counts; a payment whose
-- last event has none is from before and has it in its own row. The biller's reference stands on the leg, as ever.
-- Size and lock: columns at the end of `payment_event`, added at once; columns of `payment` may be NULL, which rewrites
-- no row on MariaDB 10.3 and later.
-- Back: only before the first payment by this release. The release before does not find the answers that this one
-- writes, so it must not run beside it.

ALTER TABLE payment_event
  ADD COLUMN /*M! IF NOT EXISTS */ code VARCHAR(40) NULL COMMENT 'response code of the answer from this event on',
  ADD COLUMN /*M! IF NOT EXISTS */ receipt LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'JSON; NULL: the answer has none',
  ADD COLUMN /*M! IF NOT EXISTS */ balance_after BIGINT NULL COMMENT 'posted - held right after the commit of the answer';

ALTER TABLE payment
  MODIFY COLUMN code VARCHAR(40) NULL COMMENT 'of a payment from before: see payment_event',
  MODIFY COLUMN receipt JSON NULL COMMENT 'of a payment from before: see payment_event',
  MODIFY COLUMN biller_reference VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
    COMMENT 'of a payment from before: see payment_leg',
  MODIFY COLUMN balance_after BIGINT NULL COMMENT 'of a payment from before: see payment_event',
  MODIFY COLUMN updated_at DATETIME(3) NULL COMMENT 'of a payment from before: see its last event';
