-- A channel's own file of its sales is matched like a biller's; its run says whose payments it lists.
-- Why: the three views of one payment (channel, us, biller) are joined by it, and settlement passes such runs by.
-- Size and lock: a column on a table of some rows a day; an index over the breaks, a row for each difference ever found.
-- Back: drop the column and the keys; runs of channels' files would then look like those of billers.

ALTER TABLE recon_run
  ADD COLUMN /*M! IF NOT EXISTS */ channel_id VARCHAR(40) NULL COMMENT 'whose own file it is; NULL: of what was sent to a biller' AFTER source,
  ADD KEY /*M! IF NOT EXISTS */ recon_run_channel (channel_id, effective_date);

ALTER TABLE recon_break
  ADD KEY /*M! IF NOT EXISTS */ recon_break_payment (payment_id);
