-- Reversals, refunds and adjustments; and what was heard about a payment too late to decide it.
-- Why: an undone payment gives the deposit its charge back once. The unique keys of `reversal`, and the two columns of
-- `payment` that its guarded updates compare, are what keeps it from happening twice, or beside a refund.
-- Size and lock: new tables; columns at the end of `product`, `payment` and `journal`, which InnoDB adds at once.
-- Back: DROP the tables and columns, only before the first reversal or refund.

ALTER TABLE product ADD COLUMN /*M! IF NOT EXISTS */ is_reversible TINYINT(1) NOT NULL DEFAULT 0
  COMMENT '1: a channel may have a payment of it reversed';

ALTER TABLE payment
  ADD COLUMN /*M! IF NOT EXISTS */ reversal_ordered TINYINT(1) NOT NULL DEFAULT 0
    COMMENT '1: an order to reverse it stands; never taken back by a program',
  ADD COLUMN /*M! IF NOT EXISTS */ refunded BIGINT NOT NULL DEFAULT 0
    COMMENT 'sum of its refunds, at most its charge';

ALTER TABLE journal
  ADD COLUMN /*M! IF NOT EXISTS */ about_subject_id VARCHAR(40) NULL COMMENT 'the journal that this one gives back or puts right',
  ADD COLUMN /*M! IF NOT EXISTS */ about_kind VARCHAR(20) NULL,
  ADD COLUMN /*M! IF NOT EXISTS */ reason VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;

CREATE TABLE IF NOT EXISTS reversal (
  channel_id VARCHAR(40) NOT NULL,
  origin VARCHAR(10) NOT NULL COMMENT 'channel, or ours where the biller''s protocol demands it',
  reference VARBINARY(64) NOT NULL COMMENT 'the channel''s word for the order; ours: the leg reference',
  request_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the order in canonical form',
  payment_id CHAR(12) NOT NULL,
  effective_payment_id CHAR(12) NULL COMMENT 'the Payment ID where this order may have an effect: one per payment, for ever',
  biller_id VARCHAR(40) NOT NULL,
  leg_reference CHAR(12) NULL COMMENT 'what the biller knows the reversal by; the same in every repeat',
  reason VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  state VARCHAR(12) NOT NULL COMMENT 'ORDERED, SENT, ACCEPTED, NEEDLESS or UNRESOLVED',
  tries SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'how often it was sent, or about to be; fences off who comes late',
  next_try_at DATETIME(3) NULL COMMENT 'NULL once nobody is to send it any more',
  token BINARY(16) NOT NULL COMMENT 'of whoever ordered or last claimed it: two at one moment can be told apart',
  last_said JSON NULL COMMENT 'what came of the last try, masked',
  ordered_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  PRIMARY KEY (channel_id, origin, reference),
  UNIQUE KEY reversal_one_effective (effective_payment_id),
  UNIQUE KEY reversal_leg_reference (biller_id, leg_reference),
  KEY reversal_due (next_try_at),
  KEY reversal_open (channel_id, state, payment_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS payment_evidence (
  payment_id CHAR(12) NOT NULL,
  fingerprint BINARY(32) NOT NULL COMMENT 'SHA-256 of what was said: the same again is kept once',
  about VARCHAR(10) NOT NULL COMMENT 'payment or reversal',
  said VARCHAR(20) NOT NULL,
  state_then VARCHAR(12) NOT NULL COMMENT 'how the payment stood when it was said',
  contradiction VARCHAR(60) NULL COMMENT 'why people must look at it; NULL: only late, or said again',
  detail JSON NOT NULL COMMENT 'masked',
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (payment_id, fingerprint),
  KEY payment_evidence_contradiction (contradiction, at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
