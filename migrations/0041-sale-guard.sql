-- The guard against selling the same thing twice by mistake, for channels that have agreed on one.
-- Why: a partner's program that forgets what it sent orders it again under a new reference. A row names the last payment
-- of each sale (channel, product, customer, amount); its unique key, and the update that demands the row as it was
-- looked at, keep two at one moment from both being last. How long it guards is the channel's profile to say.
-- Size and lock: a new table, one row for each distinct sale of a guarded channel. Back: DROP it.

CREATE TABLE IF NOT EXISTS sale_guard (
  sale CHAR(64) NOT NULL COMMENT 'SHA-256 of channel, product, customer number and amount, hex',
  payment_id CHAR(12) NOT NULL COMMENT 'the last payment of it',
  UNIQUE KEY sale_guard_sale (sale)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
