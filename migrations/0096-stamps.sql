-- Electronic stamps: what was bought, which serial is on which document, and the quantities apart from the money.
-- Why: a serial may be on one document only, and one order may use one serial only; both are unique keys. A purchase is
-- noted by the commit of its payment and unfolded into serials later, so that nothing of it can hold a payment up.
-- Size and lock: new tables; some rows for each stamp sold. Back: DROP them, only before the first stamp is sold.

CREATE TABLE IF NOT EXISTS stamp_purchase (
  payment_id CHAR(12) NOT NULL PRIMARY KEY,
  channel_id VARCHAR(40) NOT NULL,
  biller_id VARCHAR(40) NOT NULL,
  product_id VARCHAR(40) NOT NULL,
  serials VARCHAR(4000) NOT NULL COMMENT 'as the biller listed them, parted by commas',
  bought_at DATETIME(3) NOT NULL,
  issued TINYINT(1) NOT NULL DEFAULT 0 COMMENT '1: its serials are rows of stamp_serial',
  trouble VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'why they cannot be, for people',
  KEY stamp_purchase_open (channel_id, issued)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS stamp_serial (
  serial VARCHAR(64) NOT NULL PRIMARY KEY,
  payment_id CHAR(12) NOT NULL,
  channel_id VARCHAR(40) NOT NULL,
  biller_id VARCHAR(40) NOT NULL,
  issued_at DATETIME(3) NOT NULL,
  KEY stamp_serial_payment (payment_id),
  KEY stamp_serial_channel (channel_id, serial)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS stamp_order (
  channel_id VARCHAR(40) NOT NULL,
  reference VARBINARY(64) NOT NULL COMMENT 'the channel''s word for the document',
  serial VARCHAR(64) NOT NULL,
  effective_serial VARCHAR(64) NULL COMMENT 'the serial while this order uses it or may; NULL once it was refused',
  document_hash CHAR(64) NOT NULL COMMENT 'SHA-256, hex',
  biller_id VARCHAR(40) NOT NULL,
  order_number VARCHAR(40) NOT NULL COMMENT 'what the biller knows the order by; the same in every repeat',
  state VARCHAR(10) NOT NULL COMMENT 'ORDERED, STAMPED or REFUSED',
  tries SMALLINT UNSIGNED NOT NULL DEFAULT 0,
  next_try_at DATETIME(3) NULL COMMENT 'NULL once it has ended',
  ordered_at DATETIME(3) NOT NULL,
  stamped_at DATETIME(3) NULL COMMENT 'as the biller says',
  last_said JSON NULL COMMENT 'masked',
  PRIMARY KEY (channel_id, reference),
  UNIQUE KEY stamp_order_serial (effective_serial),
  UNIQUE KEY stamp_order_number (biller_id, order_number),
  KEY stamp_order_due (next_try_at),
  KEY stamp_order_of_serial (serial, ordered_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS stock_movement (
  kind VARCHAR(10) NOT NULL COMMENT 'bought, issued, reserved, stamped or returned',
  subject VARCHAR(80) NOT NULL COMMENT 'a Payment ID (bought), a serial (issued), or an order number (the others)',
  channel_id VARCHAR(40) NOT NULL,
  biller_id VARCHAR(40) NOT NULL,
  quantity INT UNSIGNED NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (kind, subject)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'never changed: the same thing moves once';
