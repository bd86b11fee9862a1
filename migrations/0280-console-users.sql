-- The people who sign in to the console: who they are, what they may do, how they prove it, and their sessions.
-- Why: a name after --as was believed. A login is a person for ever: rows are disabled and never removed, and the
-- application cannot change a login or whose staff somebody is. `version` rises with every change of what a user may do, and
-- a session of an earlier version is over, whoever looks. A time step of the second factor only rises, a recovery code is
-- used once, and every attempt to sign in is counted before it is looked at, all by conditional updates.
-- Size and lock: new tables; some rows for each user, one for each session and each security event.
-- Back: DROP them, only before the first user.

CREATE TABLE IF NOT EXISTS console_user (
  user_id VARCHAR(40) NOT NULL PRIMARY KEY,
  login VARCHAR(80) NOT NULL COMMENT 'an e-mail address, as approvals name a person; never used again',
  name VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  language CHAR(2) NOT NULL,
  channel_id VARCHAR(40) NULL COMMENT 'whose staff this is; NULL: the house',
  state VARCHAR(10) NOT NULL COMMENT 'active or disabled',
  version INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'of what the user may do; sessions of another one are over',
  password_hash VARCHAR(255) NULL COMMENT 'Argon2id with its settings',
  password_set_at DATETIME(3) NULL,
  enrolment_hash BINARY(32) NULL COMMENT 'SHA-256 of the one-time secret by which password and factor are set',
  enrolment_until DATETIME(3) NULL,
  created_by VARCHAR(80) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  active_since DATETIME(3) NOT NULL COMMENT 'from when the days without a sign-in count',
  signed_in_at DATETIME(3) NULL COMMENT 'last time',
  UNIQUE KEY console_user_login (login),
  KEY console_user_channel (channel_id),
  CONSTRAINT console_user_state CHECK (state IN ('active', 'disabled')),
  CONSTRAINT console_user_language CHECK (language IN ('id', 'en'))
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS console_user_role (
  user_id VARCHAR(40) NOT NULL,
  role VARCHAR(30) NOT NULL,
  PRIMARY KEY (user_id, role),
  KEY console_user_role_role (role)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS console_role_permission (
  role VARCHAR(30) NOT NULL COMMENT 'a role of the installation; those of the house stand in the code',
  permission VARCHAR(40) NOT NULL,
  PRIMARY KEY (role, permission)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS console_factor (
  user_id VARCHAR(40) NOT NULL PRIMARY KEY,
  key_id VARCHAR(16) NULL COMMENT 'the data key under which the seed is sealed',
  seed VARBINARY(255) NULL COMMENT 'sealed; NULL until it is confirmed by a code',
  last_step BIGINT NOT NULL DEFAULT 0 COMMENT 'the newest time step whose code was used; only rises',
  confirmed_at DATETIME(3) NULL,
  pending_key_id VARCHAR(16) NULL,
  pending_seed VARBINARY(255) NULL COMMENT 'sealed; shown, and not confirmed yet',
  pending_until DATETIME(3) NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS console_recovery_code (
  user_id VARCHAR(40) NOT NULL,
  code_hash BINARY(32) NOT NULL,
  used_at DATETIME(3) NULL,
  PRIMARY KEY (user_id, code_hash)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS console_session (
  session_id VARCHAR(40) NOT NULL PRIMARY KEY,
  token_hash BINARY(32) NOT NULL COMMENT 'SHA-256; the token itself is only in the browser',
  user_id VARCHAR(40) NOT NULL,
  user_version INT UNSIGNED NOT NULL,
  started_at DATETIME(3) NOT NULL,
  seen_at DATETIME(3) NOT NULL,
  fresh_at DATETIME(3) NOT NULL COMMENT 'when the user last proved who they are',
  failures TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'to prove it again',
  source VARCHAR(64) NOT NULL,
  agent VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  ended_at DATETIME(3) NULL,
  ended_why VARCHAR(30) NULL,
  UNIQUE KEY console_session_token (token_hash),
  KEY console_session_user (user_id, ended_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS console_device (
  token_hash BINARY(32) NOT NULL PRIMARY KEY,
  user_id VARCHAR(40) NOT NULL,
  known_since DATETIME(3) NOT NULL,
  used_at DATETIME(3) NOT NULL,
  KEY console_device_user (user_id, used_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin COMMENT 'browsers that a user has signed in from';

CREATE TABLE IF NOT EXISTS sign_in_guard (
  guard_key BINARY(32) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of what is counted: a source, an account, both, or a device',
  failures SMALLINT UNSIGNED NOT NULL,
  counted_at DATETIME(3) NOT NULL,
  open_at DATETIME(3) NOT NULL COMMENT 'no attempt is looked at before',
  KEY sign_in_guard_counted (counted_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS security_event (
  event_id VARCHAR(40) NOT NULL PRIMARY KEY,
  at DATETIME(3) NOT NULL,
  kind VARCHAR(40) NOT NULL,
  login VARCHAR(80) NULL COMMENT 'whom it is about',
  by_user VARCHAR(80) NULL COMMENT 'who did it; NULL: nobody who is known',
  source VARCHAR(64) NULL,
  session_id VARCHAR(40) NULL,
  detail LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'JSON, without secrets',
  KEY security_event_at (at),
  KEY security_event_login (login, at)
) ENGINE=InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
