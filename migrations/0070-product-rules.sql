-- What a product allows beyond its amount type: bounds, further inputs, how its customer numbers are written, how many
-- bills are paid at once, and whether the biller is asked before it is paid.
-- Why: each product is data; a flow asks the product and knows none by name.
-- Size and lock: columns of a table of some thousand rows, added in place; nothing is read.
-- Back: DROP the columns; the release before reads none of them.

ALTER TABLE product
  ADD COLUMN /*M! IF NOT EXISTS */ has_inquiry TINYINT(1) NOT NULL DEFAULT 1 COMMENT '0: sold without asking the biller first',
  ADD COLUMN /*M! IF NOT EXISTS */ amount_min BIGINT NULL COMMENT 'least amount of one payment, where the customer chooses',
  ADD COLUMN /*M! IF NOT EXISTS */ amount_max BIGINT NULL COMMENT 'greatest amount of one payment, where the customer chooses',
  ADD COLUMN /*M! IF NOT EXISTS */ bills_max SMALLINT UNSIGNED NULL COMMENT 'so many of the oldest bills at once; NULL: all',
  ADD COLUMN /*M! IF NOT EXISTS */ pays_all TINYINT(1) NOT NULL DEFAULT 0 COMMENT '1: all bills at once or none',
  ADD COLUMN /*M! IF NOT EXISTS */ fields JSON NULL COMMENT 'further inputs: months, year and others',
  ADD COLUMN /*M! IF NOT EXISTS */ number_rules JSON NULL COMMENT 'how a customer number is brought to its one form',
  ADD COLUMN /*M! IF NOT EXISTS */ is_number_masked TINYINT(1) NOT NULL DEFAULT 0 COMMENT '1: the full number only goes to the biller',
  ADD COLUMN /*M! IF NOT EXISTS */ operator VARCHAR(40) NULL COMMENT 'the network it is for; see number_prefix';

CREATE TABLE IF NOT EXISTS number_prefix (
  prefix VARCHAR(10) NOT NULL PRIMARY KEY COMMENT 'what a telephone number begins with',
  operator VARCHAR(40) NOT NULL COMMENT 'whose it was when it was handed out: a hint, for numbers move'
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
