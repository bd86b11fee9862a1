-- A month's invoice of a channel may be followed by corrections: what is settled into the month after it was invoiced.
-- Why: one invoice for each month left out for ever what came later. The sequence makes each booking one of its own.
-- Size and lock: some rows a month; a copy of a small table. Back: drop seq while every month has one invoice only.

ALTER TABLE tax_invoice
  ADD COLUMN /*M! IF NOT EXISTS */ seq SMALLINT UNSIGNED NOT NULL DEFAULT 1
    COMMENT '1: the invoice; from 2: a correction of it' AFTER month;

ALTER TABLE tax_invoice DROP PRIMARY KEY, ADD PRIMARY KEY (channel_id, month, seq);
