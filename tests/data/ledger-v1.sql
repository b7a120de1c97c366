-- A ledger of format version 1 (src/ledger/FORMAT.md of that time), for the test that a newer program takes it up.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE journal (sequence INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;

CREATE TABLE statements (
  id TEXT PRIMARY KEY, digest TEXT NOT NULL, sequence INTEGER NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, product TEXT NOT NULL,
  campaign TEXT NOT NULL, unit TEXT NOT NULL, batch TEXT NOT NULL, kind TEXT NOT NULL,
  priority INTEGER NOT NULL, not_after INTEGER NOT NULL, holderref TEXT NOT NULL, holder_tag BLOB NOT NULL,
  replaces TEXT, envelope_digest TEXT NOT NULL, fence INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0, blank TEXT, received INTEGER NOT NULL, approval INTEGER NOT NULL,
  findings TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_ready ON jobs (priority DESC, row) WHERE state = 'ready';
CREATE INDEX jobs_state ON jobs (state);
CREATE INDEX jobs_holder ON jobs (holder_tag);
CREATE INDEX jobs_unit ON jobs (campaign, unit);

CREATE TABLE personal (
  job TEXT PRIMARY KEY REFERENCES jobs (id), day_key TEXT NOT NULL, wrapped_key BLOB NOT NULL, sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX personal_day ON personal (day_key);
CREATE TABLE day_keys (label TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE blanks (
  serial TEXT PRIMARY KEY, class TEXT NOT NULL, chip_id TEXT NOT NULL UNIQUE, place TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blanks_place ON blanks (class, place);
CREATE TABLE receipts (
  digest TEXT NOT NULL, class TEXT NOT NULL, count INTEGER NOT NULL, sequence INTEGER NOT NULL,
  PRIMARY KEY (digest, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  id TEXT PRIMARY KEY, job TEXT NOT NULL REFERENCES jobs (id), number INTEGER NOT NULL, fence INTEGER NOT NULL,
  blank TEXT NOT NULL UNIQUE REFERENCES blanks (serial), class TEXT NOT NULL, line TEXT NOT NULL, state TEXT NOT NULL,
  print_job_id INTEGER, print_job_uuid TEXT UNIQUE, printer TEXT, reject_reason TEXT, question TEXT,
  evidence TEXT NOT NULL DEFAULT '{}', sequences TEXT NOT NULL DEFAULT '[]', UNIQUE (job, number)
) STRICT, WITHOUT ROWID;
-- At most one attempt of a job is open or good: the database itself keeps promise 1.
CREATE UNIQUE INDEX attempts_one ON attempts (job) WHERE state NOT IN ('spoiled', 'missing');
CREATE INDEX attempts_open ON attempts (state) WHERE state NOT IN ('good', 'spoiled', 'missing');

CREATE TABLE signers (key_id TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;

-- What a station of version 1 had: one issued job, one that is ready, one blank on the line.
INSERT INTO meta VALUES ('source', 'urn:imprimatur:test-station'), ('origin', 'perso.example/log-1'), ('epoch', '0011223344556677');
INSERT INTO journal VALUES (0, CAST('{"data":{"actor":"station","boot":"aa","clock":"ok","origin":"perso.example/log-1","reason":"new"},"id":"0011223344556677-0","sequence":"0","source":"urn:imprimatur:test-station","specversion":"1.0","subject":"perso.example/log-1","time":"2026-11-01T08:00:00.000Z","type":"org.imprimatur.epoch.begun.v1"}' AS BLOB));
INSERT INTO journal VALUES (1, CAST('{"data":{"actor":"station","boot":"aa","clock":"ok","jws":{}},"id":"0011223344556677-1","sequence":"1","source":"urn:imprimatur:test-station","specversion":"1.0","subject":"s","time":"2026-11-01T08:00:01.000Z","type":"org.imprimatur.statement.accepted.v1"}' AS BLOB));
INSERT INTO statements VALUES ('00000000-0000-4000-8000-000000900001', 'digest-1', 1);
INSERT INTO jobs VALUES (1, '00000000-0000-4000-8000-000000000001', 'issued', 'utopia-id', 'spring', 'unit-1', 'batch-1', 'first', 0, 1800000000000, 'ref-1', x'01', NULL, 'digest-1', 1, 1, 'B000001', 1, 1, '[]');
INSERT INTO jobs VALUES (2, '00000000-0000-4000-8000-000000000002', 'ready', 'utopia-id', 'spring', 'unit-0', 'batch-1', 'first', 0, 1800000000000, 'ref-2', x'02', NULL, 'digest-2', 0, 0, NULL, 1, 1, '[]');
INSERT INTO personal VALUES ('00000000-0000-4000-8000-000000000001', 'day-2026-11-01', x'00', x'00'), ('00000000-0000-4000-8000-000000000002', 'day-2026-11-01', x'00', x'00');
INSERT INTO day_keys VALUES ('day-2026-11-01');
INSERT INTO blanks VALUES ('B000001', 'test-blank', '01', 'good_on_hand'), ('B000002', 'test-blank', '02', 'line');
INSERT INTO receipts VALUES ('receipt-1', 'test-blank', 2, 1);
INSERT INTO attempts (id, job, number, fence, blank, class, line, state, sequences) VALUES ('00000000-0000-4000-8000-000000000001/1', '00000000-0000-4000-8000-000000000001', 1, 1, 'B000001', 'test-blank', 'line-1', 'good', '[1]');
INSERT INTO signers VALUES ('ds-UTO', 1);
