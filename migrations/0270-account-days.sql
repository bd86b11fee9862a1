-- What journals have moved each account by on each business date, summed up once.
-- Why: the opening of a statement was the sum of all postings since the first day. An account_sum is a stretch of a channel's
-- journals in the order of its deposit, or some of those that move no deposit; its sums are rows of account_day. What is
-- booked late for an earlier business date is in a later stretch and adds another row to that date: docs/adr/0047.
-- Size and lock: new tables; for each stretch a row for each account, date and kind that it moved (some hundred a day), and
-- one for each journal that moves no deposit, for those of before in one statement. Back: DROP them; statements read all postings again, the journals are the truth.

CREATE TABLE IF NOT EXISTS account_sum (
  sum_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel_id VARCHAR(40) NOT NULL COMMENT 'whose journals; empty: those that move no deposit',
  after_seq BIGINT UNSIGNED NOT NULL COMMENT 'the last journal of the stretch before; without a deposit: how many before',
  to_seq BIGINT UNSIGNED NOT NULL COMMENT 'the last journal that is in it',
  summed_at DATETIME(3) NOT NULL,
  UNIQUE KEY account_sum_stretch (channel_id, after_seq),
  KEY account_sum_end (channel_id, to_seq),
  CONSTRAINT account_sum_forward CHECK (to_seq > after_seq)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS account_sum_journal (
  subject_id VARCHAR(40) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  sum_id BIGINT UNSIGNED NULL COMMENT 'where this journal, which moves no deposit, was summed up; NULL: not yet',
  PRIMARY KEY (subject_id, kind),
  KEY account_sum_journal_sum (sum_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

INSERT IGNORE INTO account_sum_journal (subject_id, kind) SELECT subject_id, kind FROM journal WHERE channel_id IS NULL;

CREATE TABLE IF NOT EXISTS account_day (
  account_id VARCHAR(80) NOT NULL,
  business_date DATE NOT NULL,
  kind VARCHAR(20) NOT NULL COMMENT 'of the journals',
  sum_id BIGINT UNSIGNED NOT NULL,
  entries INT UNSIGNED NOT NULL COMMENT 'postings',
  amount BIGINT NOT NULL COMMENT 'debit positive',
  PRIMARY KEY (account_id, business_date, kind, sum_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
