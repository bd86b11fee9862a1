-- Which inquiries carry a sealed number, and when to look whether it is needed any more.
-- Why: a card's number must not be kept, even sealed, once nobody is to be told it: neither table of offers has an index
-- by which the few offers that carry one could be found. Only offers of products with masked numbers have a row here.
-- Size and lock: a new table, as long as there are such offers of the last hours. Back: DROP it; numbers then stay.

CREATE TABLE IF NOT EXISTS sealed_number (
  inquiry_id VARCHAR(40) NOT NULL PRIMARY KEY,
  look_at DATETIME(3) NOT NULL COMMENT 'first after the offer has expired',
  KEY sealed_number_look (look_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
