-- Our fee by channel, in each settlement: what the monthly invoice and its taxes are made of.
-- Why: the lines of a settlement know our fee as one sum; the invoice goes to each channel.
-- Size and lock: a new table, a row for each settlement and channel. Back: DROP it, only before the first invoice.

CREATE TABLE IF NOT EXISTS settlement_fee (
  settlement_id BIGINT UNSIGNED NOT NULL,
  channel_id VARCHAR(40) NOT NULL,
  own_fee BIGINT NOT NULL COMMENT 'our part of the admin fees',
  taxed_fee BIGINT NOT NULL COMMENT 'of it, what bears PPN',
  PRIMARY KEY (settlement_id, channel_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
