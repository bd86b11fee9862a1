-- The slips by which a channel proves the PPh that it has withheld are numbered, each by one more than the last.
-- Why: two slips that together prove more than stands on a channel's invoices were both booked, where two people agreed to
-- them at one moment: each had looked before the other was written. The number that a slip takes leaves no room for two.
-- Slips from before have none, and count by their journals.
-- Size and lock: a new table, a row for each slip. Back: DROP it; what is proven stands in the journals.

CREATE TABLE IF NOT EXISTS pph_slip (
  channel_id VARCHAR(40) NOT NULL,
  seq INT UNSIGNED NOT NULL COMMENT 'from 1, none left out',
  slip VARCHAR(36) NOT NULL COMMENT 'its number, as its channel was given it',
  subject_id VARCHAR(40) NOT NULL COMMENT 'of its journal',
  amount BIGINT NOT NULL,
  booked_at DATETIME(3) NOT NULL,
  PRIMARY KEY (channel_id, seq),
  UNIQUE KEY pph_slip_subject (subject_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
