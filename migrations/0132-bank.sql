-- Our account at the bank: what we expect on it, what its statements show, and the position of funds.
-- Why: only the statement says that a payout was executed or a deposit arrived. A statement is taken once, by its number,
-- and only where it goes on from the one before; each of its lines ends in one journal, or waits for a person.
-- Size and lock: new tables, some rows a day. Back: DROP them, only before the first statement.

CREATE TABLE IF NOT EXISTS bank_expected (
  reference VARCHAR(35) NOT NULL PRIMARY KEY COMMENT 'what the bank statement will show: DEP-CA017-0715',
  kind VARCHAR(12) NOT NULL COMMENT 'top_up of a deposit, or collection from a channel that pays after the day',
  channel_id VARCHAR(40) NOT NULL,
  amount BIGINT NOT NULL,
  value_date DATE NOT NULL,
  announced_by VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  announced_at DATETIME(3) NOT NULL,
  KEY bank_expected_date (value_date),
  CONSTRAINT bank_expected_amount CHECK (amount > 0)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS bank_statement (
  account VARCHAR(40) NOT NULL COMMENT 'source and number: BANKX/1234567890',
  number INT UNSIGNED NOT NULL COMMENT 'counts on, none left out',
  statement_date DATE NOT NULL,
  opening BIGINT NOT NULL,
  closing BIGINT NOT NULL,
  line_count INT UNSIGNED NOT NULL,
  content_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of what it says',
  taken_at DATETIME(3) NOT NULL,
  PRIMARY KEY (account, number),
  KEY bank_statement_date (account, statement_date)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS bank_line (
  account VARCHAR(40) NOT NULL,
  number INT UNSIGNED NOT NULL COMMENT 'of the statement',
  line_no SMALLINT UNSIGNED NOT NULL,
  reference VARCHAR(35) NULL COMMENT 'ours, as they state it; NULL: none',
  bank_reference VARCHAR(35) NULL,
  hint VARCHAR(35) NULL COMMENT 'a reference of ours read out of their words; it proposes and confirms nothing',
  type VARCHAR(4) NOT NULL COMMENT 'NTRF, NCHG, ...',
  is_reversal TINYINT(1) NOT NULL COMMENT '1: takes back a line of before',
  amount BIGINT NOT NULL COMMENT 'into the account positive',
  value_date DATE NOT NULL,
  narrative VARCHAR(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  outcome VARCHAR(12) NULL COMMENT 'NULL: not worked yet; matched, bank_charge, proposed, unnamed or reopened',
  subject_id VARCHAR(40) NULL COMMENT 'of its journal',
  about VARCHAR(35) NULL COMMENT 'the payout or announcement that it is, or may be',
  PRIMARY KEY (account, number, line_no),
  KEY bank_line_outcome (outcome, account),
  KEY bank_line_about (about),
  KEY bank_line_reference (reference)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS funds_position (
  business_date DATE NOT NULL PRIMARY KEY,
  figures LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON: both sides, amounts as digits',
  remainder BIGINT NOT NULL,
  maker VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  checker VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  approval_id VARCHAR(40) NOT NULL,
  signed_at DATETIME(3) NOT NULL,
  CONSTRAINT funds_position_whole CHECK (remainder = 0),
  CONSTRAINT funds_position_four_eyes CHECK (maker <> checker)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'signed by two people; never changed';

CREATE TABLE IF NOT EXISTS tax_invoice (
  channel_id VARCHAR(40) NOT NULL COMMENT 'who our fee was earned through',
  month CHAR(7) NOT NULL COMMENT '2026-07',
  subject_id VARCHAR(40) NOT NULL,
  fee BIGINT NOT NULL COMMENT 'as it was quoted',
  fee_without_ppn BIGINT NOT NULL,
  ppn BIGINT NOT NULL,
  pph BIGINT NOT NULL COMMENT 'what the payer may withhold against a slip',
  cash BIGINT NOT NULL,
  is_inclusive TINYINT(1) NOT NULL COMMENT '1: the fee was quoted with PPN inside',
  rules VARCHAR(40) NOT NULL COMMENT 'the rates in force: effective from',
  invoiced_at DATETIME(3) NOT NULL,
  PRIMARY KEY (channel_id, month),
  UNIQUE KEY tax_invoice_subject (subject_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
