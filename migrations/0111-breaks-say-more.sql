-- A break of a bank statement says what kind of entry its line is, for rules that close charges by themselves.
-- Size and lock: a column on a table of some thousand rows a day. Back: drop it.

ALTER TABLE recon_break
  ADD COLUMN /*M! IF NOT EXISTS */ line_type VARCHAR(20) NULL COMMENT 'their code for the kind of entry, such as NCHG';
