-- A journal may move clearing in two of its lines, and each line is settled by itself.
-- Why: an adjustment between two billers is queued line by line; both settlements count a share of ours under its subject
-- and kind, and the second could never be drafted.
-- Size and lock: a small table is rebuilt; it holds late sales and corrections only.
-- Back: the old key, only while no journal has two lines in it.

ALTER TABLE settlement_item
  ADD COLUMN /*M! IF NOT EXISTS */ line_no TINYINT UNSIGNED NOT NULL DEFAULT 0
    COMMENT 'of that journal, where it is queued line by line' AFTER kind;

ALTER TABLE settlement_item
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (subject_id, kind, line_no, participant),
  DROP KEY settlement_item_share,
  ADD UNIQUE KEY settlement_item_share (payment_id, subject_id, kind, line_no, participant);
