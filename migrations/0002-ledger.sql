-- Double entry: accounts, journals, postings; and one row per channel with what its deposit holds.
-- Why: journal and posting are the truth and are never updated; `deposit` is a cache of them that admission locks.
-- Size and lock: new tables. Back: DROP the four tables, only before the first payment.

CREATE TABLE IF NOT EXISTS account (
  account_id VARCHAR(80) NOT NULL PRIMARY KEY COMMENT 'for example channel:ppob-nusantara:deposit',
  normal_side VARCHAR(6) NOT NULL COMMENT 'debit or credit',
  opened_at DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS deposit (
  channel_id VARCHAR(40) NOT NULL PRIMARY KEY,
  posted BIGINT NOT NULL DEFAULT 0,
  held BIGINT NOT NULL DEFAULT 0,
  credit_limit BIGINT NOT NULL DEFAULT 0,
  seq BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'number of journals that moved this deposit, in commit order',
  CONSTRAINT deposit_held CHECK (held >= 0),
  CONSTRAINT deposit_limit CHECK (credit_limit >= 0)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS journal (
  subject_id VARCHAR(40) NOT NULL COMMENT 'what it is about: a Payment ID, or the reference of a top-up',
  kind VARCHAR(20) NOT NULL COMMENT 'hold, capture, void, top_up',
  business_date DATE NOT NULL,
  channel_id VARCHAR(40) NULL COMMENT 'whose deposit it moves',
  posted_change BIGINT NOT NULL,
  held_change BIGINT NOT NULL,
  posted_after BIGINT NULL,
  held_after BIGINT NULL,
  limit_then BIGINT NULL,
  deposit_seq BIGINT UNSIGNED NULL,
  reference VARBINARY(64) NULL COMMENT 'the outside''s word for it, for the mutation list',
  content_hash BINARY(32) NOT NULL COMMENT 'SHA-256 over this row and its postings',
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (subject_id, kind),
  UNIQUE KEY journal_deposit_order (channel_id, deposit_seq)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS posting (
  subject_id VARCHAR(40) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  line_no TINYINT UNSIGNED NOT NULL,
  account_id VARCHAR(80) NOT NULL,
  amount BIGINT NOT NULL COMMENT 'debit positive, credit negative; a journal sums to 0',
  PRIMARY KEY (subject_id, kind, line_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
