-- Which receipt a product has.
-- Why: a receipt is defined once, in config/receipts, and many products share it; the row only names it. A row of before
-- names none and goes on with the lines it spells out.
-- Size and lock: a nullable column on a table of some thousand rows, added in place.
-- Back: DROP the column, once every row spells its lines out again; the release before does not read it.

ALTER TABLE product
  ADD COLUMN /*M! IF NOT EXISTS */ receipt VARCHAR(40) NULL COMMENT 'config/receipts/<receipt>.yaml; NULL: receipt_lines';
