-- What the SNAP door must remember: which X-EXTERNAL-ID was used today, and which offer a partner's inquiry led to.
-- Why: a name may be used once a day on whichever switch, and a payment message carries the partner's number of its
-- inquiry, never ours. Neither protects money: a payment is unique by (channel, channel_reference), as at every door.
-- Size and lock: new tables, about one row a call; rows of days gone by are asked for by nobody and may be deleted.
-- Back: DROP both.

CREATE TABLE IF NOT EXISTS snap_external_id (
  channel_id VARCHAR(40) NOT NULL,
  business_date DATE NOT NULL COMMENT 'of Jakarta',
  scope CHAR(2) NOT NULL COMMENT 'service code, or *: unique over all services',
  external_id VARBINARY(64) NOT NULL,
  reference VARBINARY(64) NULL COMMENT 'the payment the message was about',
  body_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the body as it came',
  attempt VARBINARY(16) NOT NULL COMMENT 'whose insert stands, where several come at once',
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (channel_id, business_date, scope, external_id)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS snap_offer (
  channel_id VARCHAR(40) NOT NULL,
  reference VARBINARY(64) NOT NULL COMMENT 'the partner''s number of the inquiry',
  inquiry_id VARCHAR(40) NOT NULL,
  product_id VARCHAR(40) NOT NULL,
  customer_number VARCHAR(40) NOT NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (channel_id, reference)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
