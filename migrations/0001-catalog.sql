-- What is sold, by whom, to whom: billers, products, channels, prices.
-- Why: config says how to speak, these tables say what is sold. Rows come from `simpul seed` and, later, the console.
-- Size and lock: new tables, no lock on others. Back: DROP the four tables; nothing else refers to them.

CREATE TABLE IF NOT EXISTS biller (
  biller_id VARCHAR(40) NOT NULL PRIMARY KEY,
  name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS product (
  product_id VARCHAR(40) NOT NULL PRIMARY KEY,
  name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  biller_id VARCHAR(40) NOT NULL,
  biller_product VARCHAR(40) NOT NULL COMMENT 'the biller''s own word for it',
  source VARCHAR(20) NOT NULL COMMENT 'whose settlement file lists its payments',
  amount_type VARCHAR(10) NOT NULL COMMENT 'CLOSED, DENOM, OPEN or MIN_MAX',
  denominations JSON NULL COMMENT 'whole rupiah as strings',
  customer_number_pattern VARCHAR(200) NOT NULL,
  customer_number_example VARCHAR(40) NOT NULL,
  admin_per VARCHAR(10) NOT NULL COMMENT 'bill or payment',
  offer_valid_seconds INT UNSIGNED NOT NULL,
  one_bill_at_a_time TINYINT(1) NOT NULL COMMENT '1: the same bill may be in payment only once',
  required_receipt_fields JSON NOT NULL COMMENT 'a success without these is not yet believed',
  receipt_lines JSON NOT NULL CHECK (JSON_VALID(receipt_lines)),
  opens_at CHAR(5) NULL COMMENT 'local time, NULL: always open',
  closes_at CHAR(5) NULL,
  time_zone VARCHAR(40) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS channel (
  channel_id VARCHAR(40) NOT NULL PRIMARY KEY,
  name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  protocol VARCHAR(10) NOT NULL,
  commission_mode VARCHAR(10) NOT NULL COMMENT 'immediate: the deposit loses total - commission; settled: total',
  secret VARBINARY(255) NOT NULL COMMENT 'sealed with SIMPUL_DATA_KEY',
  second_secret VARBINARY(255) NULL COMMENT 'valid at the same time, for rotation',
  allowed_ips JSON NULL COMMENT 'addresses or CIDR blocks; NULL: any',
  is_active TINYINT(1) NOT NULL DEFAULT 1
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS price (
  channel_id VARCHAR(40) NOT NULL,
  product_id VARCHAR(40) NOT NULL,
  admin_fee BIGINT NOT NULL COMMENT 'what the customer pays on top, per bill or per payment',
  biller_fee BIGINT NOT NULL COMMENT 'part of the admin fee that is the biller''s',
  commission BIGINT NOT NULL COMMENT 'part of the admin fee that is the channel''s; the rest is ours',
  PRIMARY KEY (channel_id, product_id),
  CONSTRAINT price_shares CHECK (admin_fee >= 0 AND biller_fee >= 0 AND commission >= 0 AND biller_fee + commission <= admin_fee)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
