-- The ways from a product to a biller: several for one product, each from an instant until another.
-- Why: a product may be sold through more than one biller, and what is agreed changes on a date.
-- Size and lock: a new table of some thousand rows, filled from product. Back: DROP it; the product still names its
-- first way, which is all that the release before reads.

CREATE TABLE IF NOT EXISTS route (
  product_id VARCHAR(40) NOT NULL,
  route_id VARCHAR(81) NOT NULL COMMENT 'unique within the product: biller/its word for the product, or a short name',
  valid_from DATETIME(3) NOT NULL,
  valid_until DATETIME(3) NULL COMMENT 'the first instant at which it is over; NULL: no end',
  biller_id VARCHAR(40) NOT NULL,
  biller_product VARCHAR(40) NOT NULL COMMENT 'the biller''s own word for it',
  source VARCHAR(20) NOT NULL COMMENT 'whose settlement file lists its payments',
  priority SMALLINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'the least goes first',
  cost BIGINT NOT NULL DEFAULT 0 COMMENT 'what a payment costs us there, whole rupiah',
  bills_max SMALLINT UNSIGNED NULL COMMENT 'so many bills at once; NULL: no bound of its own',
  share SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'per thousand of the payments that try it although another goes first',
  is_active TINYINT(1) NOT NULL DEFAULT 1,
  PRIMARY KEY (product_id, route_id, valid_from),
  CONSTRAINT route_time CHECK (valid_until IS NULL OR valid_until > valid_from),
  CONSTRAINT route_share CHECK (share <= 1000)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

INSERT IGNORE INTO route (product_id, route_id, valid_from, biller_id, biller_product, source)
  SELECT product_id, CONCAT(biller_id, '/', biller_product), '2000-01-01', biller_id, biller_product, source FROM product;
