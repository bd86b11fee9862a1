-- A float's top-up is announced like a deposit: two people agree to the transfer, and the bank's statement shows it.
-- Why: its line came as money that nobody can name, and stayed in suspense. Of announced money that is ours to send, the
-- biller stands in biller_id; who said that the biller has it before the statement shows it, in received_by.
-- Size and lock: some rows a day; rebuilds one small table. Back: only while no float's top-up is announced.

ALTER TABLE bank_expected
  MODIFY COLUMN channel_id VARCHAR(40) NULL COMMENT 'who pays it in; NULL: we pay it to a biller',
  MODIFY COLUMN kind VARCHAR(12) NOT NULL COMMENT 'top_up of a deposit, collection from a channel that pays after the day, or float_top_up',
  ADD COLUMN /*M! IF NOT EXISTS */ biller_id VARCHAR(40) NULL COMMENT 'whose float it tops up',
  ADD COLUMN /*M! IF NOT EXISTS */ approval_id VARCHAR(40) NULL COMMENT 'by which two people agreed to the transfer',
  ADD COLUMN /*M! IF NOT EXISTS */ received_by VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'who said that the biller has it',
  ADD COLUMN /*M! IF NOT EXISTS */ received_at DATETIME(3) NULL;
