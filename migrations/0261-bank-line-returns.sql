-- One line of a bank's statement may give several payouts back.
-- Why: a bank that booked several payouts as one debit may return them as one credit, which nobody could name: it was the
-- return of no single payout. Two people say which payouts it gives back. Each keeps its own journal, whose subject is RD-
-- and the payout's reference; the line names all of them by that. A payout is given back by one line at most, for ever.
-- Size and lock: only the column's comment changes. Back: nothing to do.

ALTER TABLE bank_line_payout
  MODIFY COLUMN reference VARCHAR(35) NOT NULL COMMENT 'of the payout that the line pays; after RD-: of one that it gives back';
