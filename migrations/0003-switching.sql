-- Inquiries (offers), payments, legs and their history.
-- Why: the unique keys here are what keeps a payment from happening twice; no lock or lease is trusted for that.
-- Size and lock: new tables. Back: DROP them, only before the first payment.

CREATE TABLE IF NOT EXISTS process_node (
  node TINYINT UNSIGNED NOT NULL PRIMARY KEY COMMENT '0 to 31: the node part of a Payment ID',
  owner VARCHAR(80) NOT NULL,
  lease_until DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS inquiry (
  inquiry_id VARCHAR(40) NOT NULL PRIMARY KEY,
  channel_id VARCHAR(40) NOT NULL,
  channel_reference VARBINARY(64) NOT NULL COMMENT 'echoed only, not unique',
  product_id VARCHAR(40) NOT NULL,
  customer_number VARCHAR(40) NOT NULL,
  amount BIGINT NOT NULL,
  offer JSON NOT NULL COMMENT 'bill and frozen fees',
  created_at DATETIME(3) NOT NULL,
  valid_until DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS payment (
  payment_id CHAR(12) NOT NULL PRIMARY KEY,
  channel_id VARCHAR(40) NOT NULL,
  channel_reference VARBINARY(64) NOT NULL,
  request_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the request in canonical form',
  inquiry_id VARCHAR(40) NOT NULL,
  product_id VARCHAR(40) NOT NULL,
  biller_id VARCHAR(40) NOT NULL,
  customer_number VARCHAR(40) NOT NULL,
  bill_in_payment VARCHAR(120) NULL COMMENT 'biller and bill while not final, where only one may be in payment',
  state VARCHAR(12) NOT NULL,
  code VARCHAR(40) NOT NULL COMMENT 'response code of the answer as it stands',
  amount BIGINT NOT NULL,
  admin_fee BIGINT NOT NULL,
  total BIGINT NOT NULL,
  commission BIGINT NOT NULL,
  biller_fee BIGINT NOT NULL,
  charge BIGINT NOT NULL COMMENT 'what the deposit loses',
  offer JSON NOT NULL,
  receipt JSON NULL,
  biller_reference VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  balance_after BIGINT NOT NULL COMMENT 'posted - held right after the commit of the last answer',
  business_date DATE NOT NULL COMMENT 'the channel''s; fixed when the payment is formed',
  last_event_no SMALLINT UNSIGNED NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  UNIQUE KEY payment_channel_reference (channel_id, channel_reference),
  UNIQUE KEY payment_inquiry (inquiry_id),
  UNIQUE KEY payment_bill_in_payment (bill_in_payment),
  KEY payment_open (channel_id, state, payment_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS payment_leg (
  payment_id CHAR(12) NOT NULL,
  leg_no TINYINT UNSIGNED NOT NULL,
  biller_id VARCHAR(40) NOT NULL,
  leg_reference VARCHAR(40) NOT NULL COMMENT 'what the biller knows the payment by',
  product_id VARCHAR(40) NOT NULL,
  customer_number VARCHAR(40) NOT NULL,
  amount BIGINT NOT NULL COMMENT 'what the biller is to receive, without our fees',
  state VARCHAR(12) NOT NULL COMMENT 'SENT, PAID, DECLINED, SUSPECT or UNRESOLVED',
  paid_payment_id CHAR(12) NULL COMMENT 'the Payment ID once this leg succeeded: at most one leg of a payment can',
  biller_reference VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  source VARCHAR(20) NOT NULL,
  source_business_date DATE NOT NULL COMMENT 'the day of the settlement file that must list it',
  sent_at DATETIME(3) NOT NULL,
  advice_count SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  next_advice_at DATETIME(3) NULL COMMENT 'NULL once final',
  advice_owner VARCHAR(80) NULL,
  advice_until DATETIME(3) NULL COMMENT 'end of the owner''s lease',
  PRIMARY KEY (payment_id, leg_no),
  UNIQUE KEY leg_biller_reference (biller_id, leg_reference),
  UNIQUE KEY leg_one_success (paid_payment_id),
  KEY leg_source_day (source, source_business_date, leg_reference),
  KEY leg_advice (next_advice_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS payment_event (
  payment_id CHAR(12) NOT NULL,
  event_no SMALLINT UNSIGNED NOT NULL,
  from_state VARCHAR(12) NOT NULL,
  event VARCHAR(30) NOT NULL,
  to_state VARCHAR(12) NOT NULL,
  ledger VARCHAR(10) NOT NULL,
  evidence JSON NOT NULL COMMENT 'what the biller said, masked',
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (payment_id, event_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
