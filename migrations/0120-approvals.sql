-- Four eyes: what one person proposes and another one lets happen, with the history of both.
-- Why: maker and checker differ because a CHECK says so, a proposal ends once because its update demands the state and
-- number it had, and what was proposed cannot be changed: the application may write those columns once and never again.
-- Size and lock: new tables; some rows for each decision of a person. Back: DROP them, only before the first proposal.

CREATE TABLE IF NOT EXISTS approval (
  approval_id VARCHAR(40) NOT NULL PRIMARY KEY,
  kind VARCHAR(30) NOT NULL COMMENT 'what is to happen, for example write_off',
  subject VARCHAR(120) NOT NULL COMMENT 'to what, for example a break',
  open_subject VARCHAR(160) NULL COMMENT 'kind and subject while it is open: one proposal at a time; NULL once ended',
  version VARCHAR(64) NOT NULL COMMENT 'of what was shown; the checker names it',
  payload LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON: exactly what is to happen',
  reason VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  maker VARCHAR(80) NOT NULL,
  checkers_needed TINYINT UNSIGNED NOT NULL,
  checkers_given TINYINT UNSIGNED NOT NULL DEFAULT 0,
  state VARCHAR(10) NOT NULL COMMENT 'proposed, approved, rejected, withdrawn or expired',
  last_event_no SMALLINT UNSIGNED NOT NULL,
  proposed_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  ended_by VARCHAR(80) NULL,
  content_hash BINARY(32) NOT NULL COMMENT 'SHA-256 over what was proposed',
  UNIQUE KEY approval_open (open_subject),
  KEY approval_state (state, expires_at),
  KEY approval_subject (subject),
  CONSTRAINT approval_four_eyes CHECK (state <> 'approved' OR (ended_by <> maker AND checkers_given >= checkers_needed)),
  CONSTRAINT approval_checkers CHECK (checkers_needed BETWEEN 1 AND 3)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS approval_event (
  approval_id VARCHAR(40) NOT NULL,
  event_no SMALLINT UNSIGNED NOT NULL,
  event VARCHAR(10) NOT NULL COMMENT 'proposed, approved, rejected, withdrawn or expired',
  by_user VARCHAR(80) NOT NULL,
  maker VARCHAR(80) NOT NULL COMMENT 'of the proposal, so that the row can be held to it',
  checker VARCHAR(80) NULL COMMENT 'the user of an approval; each checker counts once',
  version VARCHAR(64) NOT NULL COMMENT 'what the user had before their eyes',
  note VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  at DATETIME(3) NOT NULL,
  PRIMARY KEY (approval_id, event_no),
  UNIQUE KEY approval_checker (approval_id, checker),
  CONSTRAINT approval_event_four_eyes CHECK (checker IS NULL OR checker <> maker)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
