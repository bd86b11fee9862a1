-- What is sold, from when to when: versions of billers, products and prices; fee schemes, calendars, limits, outlets; and
-- one number that every change of them raises.
-- Why: what is agreed changes on a date, and the row in force at an instant decides. A switch holds all of it in memory
-- and reads it again only when the number has changed: triggers raise it, whoever changes a row and by whatever way.
-- Size and lock: new tables; three keys of tables of some thousand rows are built again, which locks each for a moment.
-- Where the server writes a binary log, its account needs log_bin_trust_function_creators = 1 to create triggers.
-- Back: DROP the triggers and the new tables, the columns, and the later versions; then the keys as they were.

ALTER TABLE biller
  ADD COLUMN /*M! IF NOT EXISTS */ valid_from DATETIME(3) NOT NULL DEFAULT '2000-01-01',
  ADD COLUMN /*M! IF NOT EXISTS */ valid_until DATETIME(3) NULL COMMENT 'the first instant at which it is over',
  DROP PRIMARY KEY, ADD PRIMARY KEY (biller_id, valid_from);

ALTER TABLE product
  ADD COLUMN /*M! IF NOT EXISTS */ valid_from DATETIME(3) NOT NULL DEFAULT '2000-01-01' AFTER product_id,
  ADD COLUMN /*M! IF NOT EXISTS */ valid_until DATETIME(3) NULL COMMENT 'the first instant at which it is over' AFTER valid_from,
  ADD COLUMN /*M! IF NOT EXISTS */ price_group VARCHAR(40) NULL COMMENT 'products that are priced alike',
  ADD COLUMN /*M! IF NOT EXISTS */ calendar_id VARCHAR(40) NULL COMMENT 'when it is sold, beside its own hours',
  DROP PRIMARY KEY, ADD PRIMARY KEY (product_id, valid_from);

ALTER TABLE route
  ADD COLUMN /*M! IF NOT EXISTS */ calendar_id VARCHAR(40) NULL COMMENT 'when this way is open';

ALTER TABLE price
  MODIFY COLUMN product_id VARCHAR(40) NOT NULL COMMENT 'a product, or a price group of products',
  ADD COLUMN /*M! IF NOT EXISTS */ valid_from DATETIME(3) NOT NULL DEFAULT '2000-01-01' AFTER product_id,
  ADD COLUMN /*M! IF NOT EXISTS */ valid_until DATETIME(3) NULL COMMENT 'the first instant at which it is over' AFTER valid_from,
  ADD COLUMN /*M! IF NOT EXISTS */ fee_scheme_id VARCHAR(40) NULL COMMENT 'NULL: the amounts of this row',
  MODIFY COLUMN admin_fee BIGINT NULL COMMENT 'what the customer pays on top, per bill or per payment',
  MODIFY COLUMN biller_fee BIGINT NULL COMMENT 'part of the admin fee that is the biller''s',
  MODIFY COLUMN commission BIGINT NULL COMMENT 'part of the admin fee that is the channel''s; the rest is ours',
  DROP PRIMARY KEY, ADD PRIMARY KEY (channel_id, product_id, valid_from);

ALTER TABLE channel
  ADD COLUMN /*M! IF NOT EXISTS */ outlets VARCHAR(10) NOT NULL DEFAULT 'any' COMMENT 'any: an unknown outlet is the channel itself; known: it is refused';

CREATE TABLE IF NOT EXISTS fee_scheme (
  fee_scheme_id VARCHAR(40) NOT NULL,
  valid_from DATETIME(3) NOT NULL DEFAULT '2000-01-01',
  valid_until DATETIME(3) NULL,
  per VARCHAR(10) NOT NULL COMMENT 'bill or payment',
  tiers JSON NOT NULL COMMENT 'by amount, the least first: upTo, adminFee, billerFee, commission, subAgentFee',
  has_ppn TINYINT(1) NOT NULL DEFAULT 0 COMMENT '1: our part bears VAT',
  has_pph TINYINT(1) NOT NULL DEFAULT 0 COMMENT '1: income tax is withheld from the commission',
  PRIMARY KEY (fee_scheme_id, valid_from)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS calendar (
  calendar_id VARCHAR(40) NOT NULL,
  valid_from DATETIME(3) NOT NULL DEFAULT '2000-01-01',
  valid_until DATETIME(3) NULL,
  time_zone VARCHAR(40) NOT NULL,
  opens_at CHAR(5) NULL COMMENT 'local time, NULL: all day',
  closes_at CHAR(5) NULL COMMENT 'the cut-off',
  maintenance JSON NOT NULL COMMENT 'windows of local time, also over midnight: from, until, days',
  closures JSON NOT NULL COMMENT 'closed once: from, until, reason',
  PRIMARY KEY (calendar_id, valid_from)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS payment_limit (
  product_id VARCHAR(40) NOT NULL,
  channel_id VARCHAR(40) NOT NULL COMMENT '*: every channel',
  valid_from DATETIME(3) NOT NULL DEFAULT '2000-01-01',
  valid_until DATETIME(3) NULL,
  amount_min BIGINT NULL COMMENT 'of one payment, without our fees',
  amount_max BIGINT NULL,
  day_payments_max INT UNSIGNED NULL COMMENT 'of one customer on one day',
  day_amount_max BIGINT NULL COMMENT 'of one customer on one day',
  PRIMARY KEY (product_id, channel_id, valid_from)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS outlet (
  channel_id VARCHAR(40) NOT NULL,
  terminal_id VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'as the channel sends it',
  valid_from DATETIME(3) NOT NULL DEFAULT '2000-01-01',
  valid_until DATETIME(3) NULL,
  sub_agent_id VARCHAR(40) NOT NULL COMMENT 'the agent under the channel whom it belongs to',
  name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  city VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (channel_id, terminal_id, valid_from)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS catalog_version (
  id TINYINT UNSIGNED NOT NULL PRIMARY KEY COMMENT 'always 1',
  version BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

INSERT IGNORE INTO catalog_version (id, version) VALUES (1, 1);

CREATE /*M! OR REPLACE */ TRIGGER biller_insert_version AFTER INSERT ON biller
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER biller_update_version AFTER UPDATE ON biller
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER biller_delete_version AFTER DELETE ON biller
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER product_insert_version AFTER INSERT ON product
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER product_update_version AFTER UPDATE ON product
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER product_delete_version AFTER DELETE ON product
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER route_insert_version AFTER INSERT ON route
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER route_update_version AFTER UPDATE ON route
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER route_delete_version AFTER DELETE ON route
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER number_prefix_insert_version AFTER INSERT ON number_prefix
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER number_prefix_update_version AFTER UPDATE ON number_prefix
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER number_prefix_delete_version AFTER DELETE ON number_prefix
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER fee_scheme_insert_version AFTER INSERT ON fee_scheme
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER fee_scheme_update_version AFTER UPDATE ON fee_scheme
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER fee_scheme_delete_version AFTER DELETE ON fee_scheme
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER calendar_insert_version AFTER INSERT ON calendar
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER calendar_update_version AFTER UPDATE ON calendar
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER calendar_delete_version AFTER DELETE ON calendar
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER price_insert_version AFTER INSERT ON price
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER price_update_version AFTER UPDATE ON price
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER price_delete_version AFTER DELETE ON price
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER payment_limit_insert_version AFTER INSERT ON payment_limit
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER payment_limit_update_version AFTER UPDATE ON payment_limit
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER payment_limit_delete_version AFTER DELETE ON payment_limit
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER outlet_insert_version AFTER INSERT ON outlet
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER outlet_update_version AFTER UPDATE ON outlet
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER outlet_delete_version AFTER DELETE ON outlet
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER channel_insert_version AFTER INSERT ON channel
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER channel_update_version AFTER UPDATE ON channel
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER channel_delete_version AFTER DELETE ON channel
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER channel_credential_insert_version AFTER INSERT ON channel_credential
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER channel_credential_update_version AFTER UPDATE ON channel_credential
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER channel_credential_delete_version AFTER DELETE ON channel_credential
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER payment_stop_insert_version AFTER INSERT ON payment_stop
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER payment_stop_update_version AFTER UPDATE ON payment_stop
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER payment_stop_delete_version AFTER DELETE ON payment_stop
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER payment_stop_release_insert_version AFTER INSERT ON payment_stop_release
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER payment_stop_release_update_version AFTER UPDATE ON payment_stop_release
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;

CREATE /*M! OR REPLACE */ TRIGGER payment_stop_release_delete_version AFTER DELETE ON payment_stop_release
  FOR EACH ROW UPDATE catalog_version SET version = version + 1 WHERE id = 1;
