-- A source's day is settled: what of it counts, for whom, what is held back, and what is to be paid out.
-- Why: a closed day's payments enter one settlement, by its unique (source, business_date); a day of ten million agreed
-- payments writes no row for each of them. What does not enter with its day stands in settlement_held, by its leg; what
-- enters later, or takes something back, stands in settlement_item, by its share. settlement_net hands on what a party
-- owes us from one settlement to the next; its numbers leave no room for two settlements at one moment.
-- Size and lock: new tables, as long as there are breaks, corrections and parties; none grows with the payments.
-- Back: DROP them, only before the first settlement.

CREATE TABLE IF NOT EXISTS settlement (
  settlement_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source VARCHAR(20) NOT NULL,
  business_date DATE NOT NULL,
  subject_id VARCHAR(40) NOT NULL COMMENT 'of its journals: STL-<source>-<date>',
  run_id INT UNSIGNED NOT NULL COMMENT 'the reconciliation run it rests on',
  run_no SMALLINT UNSIGNED NOT NULL,
  settle_on VARCHAR(10) NOT NULL COMMENT 'agreed, ours or their_file, as the contract said that day',
  state VARCHAR(10) NOT NULL COMMENT 'drafted: no money has moved; closed',
  payments INT UNSIGNED NOT NULL COMMENT 'of the day itself',
  drafted_at DATETIME(3) NOT NULL,
  closed_at DATETIME(3) NULL,
  UNIQUE KEY settlement_day (source, business_date),
  KEY settlement_date (business_date)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS settlement_line (
  settlement_id BIGINT UNSIGNED NOT NULL,
  line_no SMALLINT UNSIGNED NOT NULL,
  party_kind VARCHAR(10) NOT NULL COMMENT 'biller, channel or own',
  party_id VARCHAR(40) NOT NULL,
  kind VARCHAR(20) NOT NULL COMMENT 'principal, biller_fee, sales, commission, ... or held_back',
  origin VARCHAR(10) NOT NULL COMMENT 'day, late or correction',
  payments INT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL COMMENT 'the party receives it; negative: it pays. The lines of a settlement sum to 0',
  held_amount BIGINT NOT NULL DEFAULT 0 COMMENT 'of held_back: what waits for its break to end',
  PRIMARY KEY (settlement_id, line_no),
  KEY settlement_line_party (party_kind, party_id, settlement_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS settlement_held (
  payment_id CHAR(12) NOT NULL,
  leg_no TINYINT UNSIGNED NOT NULL,
  settlement_id BIGINT UNSIGNED NOT NULL COMMENT 'of its day, which it did not enter',
  source VARCHAR(20) NOT NULL,
  kind VARCHAR(12) NOT NULL COMMENT 'its break, or undone: it was reversed before its day was settled',
  amount BIGINT NOT NULL COMMENT 'the bill, as we have it',
  released_in BIGINT UNSIGNED NULL COMMENT 'the settlement it entered after all, or ended in',
  PRIMARY KEY (payment_id, leg_no),
  KEY settlement_held_open (source, released_in)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS settlement_item (
  payment_id CHAR(12) NOT NULL COMMENT 'empty where it is about no one payment',
  subject_id VARCHAR(40) NOT NULL COMMENT 'of the journal it settles: the Payment ID, or that of a refund or adjustment',
  kind VARCHAR(20) NOT NULL COMMENT 'as in that journal',
  participant VARCHAR(60) NOT NULL COMMENT 'kind and id of the party',
  settlement_id BIGINT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (subject_id, kind, participant),
  UNIQUE KEY settlement_item_share (payment_id, subject_id, kind, participant),
  KEY settlement_item_settlement (settlement_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS settlement_net (
  party_kind VARCHAR(10) NOT NULL,
  party_id VARCHAR(40) NOT NULL,
  seq INT UNSIGNED NOT NULL COMMENT 'from 1, none left out',
  settlement_id BIGINT UNSIGNED NOT NULL,
  net BIGINT NOT NULL COMMENT 'what this settlement gives the party beyond what it has had; negative: it owes',
  carried_in BIGINT NOT NULL COMMENT 'what it owed before, 0 or less',
  pay BIGINT NOT NULL COMMENT 'to be paid out',
  paid_by VARCHAR(35) NULL COMMENT 'the first payout that this is part of',
  PRIMARY KEY (party_kind, party_id, seq),
  UNIQUE KEY settlement_net_once (settlement_id, party_kind, party_id),
  KEY settlement_net_unpaid (paid_by, party_kind, party_id),
  CONSTRAINT settlement_net_pay CHECK (pay >= 0 AND carried_in <= 0)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS settlement_charge (
  settlement_id BIGINT UNSIGNED NOT NULL,
  channel_id VARCHAR(40) NOT NULL COMMENT 'a channel that pays after the day',
  subject_id VARCHAR(40) NOT NULL COMMENT 'of the journal that makes it owe',
  charge BIGINT NOT NULL COMMENT 'what its sales took from its deposit',
  commission BIGINT NOT NULL COMMENT 'what of it it is owed',
  PRIMARY KEY (settlement_id, channel_id),
  UNIQUE KEY settlement_charge_subject (subject_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS payout (
  reference VARCHAR(35) NOT NULL PRIMARY KEY COMMENT 'what the bank statement will show: STL-LPB01-0714',
  party_kind VARCHAR(10) NOT NULL,
  party_id VARCHAR(40) NOT NULL,
  account_id VARCHAR(80) NOT NULL COMMENT 'what it pays from: a payable, a commission',
  business_date DATE NOT NULL,
  part TINYINT UNSIGNED NOT NULL COMMENT 'from 1; more than one where the bank has a limit',
  attempt TINYINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'one more only after the one before was rejected',
  amount BIGINT NOT NULL,
  state VARCHAR(10) NOT NULL,
  version SMALLINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'one more at each move',
  approval_id VARCHAR(40) NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  part_of VARCHAR(35) NOT NULL COMMENT 'the reference that settlement_net names; its own for the first part',
  UNIQUE KEY payout_part (part_of, part, attempt),
  KEY payout_state (state, business_date),
  KEY payout_party (party_kind, party_id),
  CONSTRAINT payout_amount CHECK (amount > 0)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS payout_event (
  reference VARCHAR(35) NOT NULL,
  event_no SMALLINT UNSIGNED NOT NULL,
  from_state VARCHAR(10) NOT NULL,
  to_state VARCHAR(10) NOT NULL,
  by_user VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'a person, or the worker',
  note VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'why, or what the bank said',
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (reference, event_no)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
