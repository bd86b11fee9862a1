-- How a channel speaks its protocol, and what that protocol needs of it beyond one secret or two.
-- Why: profiles are files (config/channels), for many partners speak alike; keys are rows, sealed like every secret.
-- A bank that signs with a key pair, or is known by its link, has no shared secret at all.
-- Size and lock: two columns of a table of some hundred rows, which is locked for a moment; one new table.
-- Back: DROP the table and the column, once every channel has a secret again; the release before reads neither.

ALTER TABLE channel
  ADD COLUMN /*M! IF NOT EXISTS */ profile VARCHAR(40) NULL COMMENT 'config/channels/<profile>.yaml' AFTER protocol;

UPDATE channel SET profile = protocol WHERE profile IS NULL;

ALTER TABLE channel
  MODIFY COLUMN profile VARCHAR(40) NOT NULL COMMENT 'config/channels/<profile>.yaml',
  MODIFY COLUMN secret VARBINARY(255) NULL COMMENT 'sealed with SIMPUL_DATA_KEY; NULL: the protocol has none';

CREATE TABLE IF NOT EXISTS channel_credential (
  channel_id VARCHAR(40) NOT NULL,
  name VARCHAR(40) NOT NULL COMMENT 'the protocol''s own word for it',
  value VARBINARY(8192) NOT NULL COMMENT 'sealed with SIMPUL_DATA_KEY',
  PRIMARY KEY (channel_id, name)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
