-- A ledger of format version 2 (src/ledger/FORMAT.md of that time), for the test that a newer program takes it up.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE journal (sequence INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;

CREATE TABLE statements (
  id TEXT PRIMARY KEY, digest TEXT NOT NULL, sequence INTEGER NOT NULL, epoch TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX statements_sequence ON statements (sequence) WHERE epoch IS NULL;

CREATE TABLE jobs (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, product TEXT NOT NULL,
  campaign TEXT NOT NULL, unit TEXT NOT NULL, batch TEXT NOT NULL, kind TEXT NOT NULL,
  priority INTEGER NOT NULL, not_after INTEGER NOT NULL, holderref TEXT NOT NULL, holder_tag BLOB NOT NULL,
  replaces TEXT, envelope_digest TEXT NOT NULL, fence INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0, blank TEXT, received INTEGER NOT NULL, approval INTEGER NOT NULL,
  findings TEXT NOT NULL, since INTEGER NOT NULL DEFAULT 0, kept INTEGER NOT NULL DEFAULT 0, epoch TEXT
) STRICT;
CREATE INDEX jobs_ready ON jobs (priority DESC, row) WHERE state = 'ready';
CREATE INDEX jobs_state ON jobs (state);
CREATE INDEX jobs_holder ON jobs (holder_tag);
CREATE INDEX jobs_unit ON jobs (campaign, unit);
CREATE INDEX jobs_kept ON jobs (state, since) WHERE kept = 1;

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
  evidence TEXT NOT NULL DEFAULT '{}', sequences TEXT NOT NULL DEFAULT '[]', epoch TEXT,
  UNIQUE (job, number)
) STRICT, WITHOUT ROWID;
-- At most one attempt of a job is open or good: the database itself keeps promise 1.
CREATE UNIQUE INDEX attempts_one ON attempts (job) WHERE state NOT IN ('spoiled', 'missing');
CREATE INDEX attempts_open ON attempts (state) WHERE state NOT IN ('good', 'spoiled', 'missing');

CREATE TABLE signers (key_id TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE past_journal (
  epoch TEXT NOT NULL, sequence INTEGER NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (epoch, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE past_jobs (job TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE proposals (
  id TEXT PRIMARY KEY, payload TEXT NOT NULL, signatures TEXT NOT NULL, not_after INTEGER NOT NULL,
  actor TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE counts (
  class TEXT NOT NULL, place TEXT NOT NULL, sequence INTEGER NOT NULL, expected INTEGER NOT NULL,
  counted INTEGER NOT NULL, missing TEXT NOT NULL, surplus TEXT NOT NULL, PRIMARY KEY (class, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE shifts (
  number INTEGER PRIMARY KEY, opened INTEGER NOT NULL, opened_at INTEGER NOT NULL, closed INTEGER,
  closed_at INTEGER
) STRICT;

PRAGMA user_version = 2;

-- What a station of version 2 had: two issued jobs (one after a spoiled blank), one in doubt, one that is ready.
INSERT INTO meta VALUES ('source', 'urn:imprimatur:test-station'), ('origin', 'perso.example/log-1'), ('epoch', '0011223344556677');
INSERT INTO journal VALUES (0, CAST('{"data":{"actor":"station","boot":"aa","clock":"ok","origin":"perso.example/log-1","reason":"new"},"id":"0011223344556677-0","sequence":"0","source":"urn:imprimatur:test-station","specversion":"1.0","subject":"perso.example/log-1","time":"2026-11-01T08:00:00.000Z","type":"org.imprimatur.epoch.begun.v1"}' AS BLOB));
INSERT INTO journal VALUES (1, CAST('{"data":{"actor":"station","boot":"aa","clock":"ok","jws":{}},"id":"0011223344556677-1","sequence":"1","source":"urn:imprimatur:test-station","specversion":"1.0","subject":"s","time":"2026-11-01T08:00:01.000Z","type":"org.imprimatur.statement.accepted.v1"}' AS BLOB));
INSERT INTO journal VALUES (2, CAST('{"data":{"act":"sign","actor":"station","attempt":1,"blank":"B000002","boot":"aa","clock":"ok","device":"ds-UTO","fence":1,"job":"00000000-0000-4000-8000-000000000001","what":{"count":1}},"id":"0011223344556677-2","sequence":"2","source":"urn:imprimatur:test-station","specversion":"1.0","subject":"00000000-0000-4000-8000-000000000001","time":"2026-11-01T08:00:02.000Z","type":"org.imprimatur.attempt.intent.v1"}' AS BLOB));
INSERT INTO journal VALUES (3, CAST('{"data":{"act":"sign","actor":"station","attempt":1,"blank":"B000003","boot":"aa","clock":"ok","device":"ds-UTO","fence":1,"job":"00000000-0000-4000-8000-000000000003","what":{"count":2}},"id":"0011223344556677-3","sequence":"3","source":"urn:imprimatur:test-station","specversion":"1.0","subject":"00000000-0000-4000-8000-000000000003","time":"2026-11-01T08:00:03.000Z","type":"org.imprimatur.attempt.intent.v1"}' AS BLOB));
INSERT INTO journal VALUES (4, CAST('{"data":{"act":"sign","actor":"station","attempt":2,"blank":"B000004","boot":"aa","clock":"ok","device":"ds-UTO","fence":1,"job":"00000000-0000-4000-8000-000000000003","what":{"count":3}},"id":"0011223344556677-4","sequence":"4","source":"urn:imprimatur:test-station","specversion":"1.0","subject":"00000000-0000-4000-8000-000000000003","time":"2026-11-01T08:00:04.000Z","type":"org.imprimatur.attempt.intent.v1"}' AS BLOB));
INSERT INTO journal VALUES (5, CAST('{"data":{"act":"sign","actor":"station","attempt":1,"blank":"B000005","boot":"aa","clock":"ok","device":"ds-UTO-2","fence":1,"job":"00000000-0000-4000-8000-000000000004","what":{"count":1}},"id":"0011223344556677-5","sequence":"5","source":"urn:imprimatur:test-station","specversion":"1.0","subject":"00000000-0000-4000-8000-000000000004","time":"2026-11-01T08:00:05.000Z","type":"org.imprimatur.attempt.intent.v1"}' AS BLOB));
INSERT INTO statements VALUES ('00000000-0000-4000-8000-000000900001', 'digest-1', 1, NULL);
INSERT INTO jobs VALUES (1, '00000000-0000-4000-8000-000000000001', 'issued', 'utopia-id', 'spring', 'unit-1', 'batch-1', 'first', 0, 1800000000000, 'ref-1', x'01', NULL, 'digest-1', 1, 1, 'B000001', 1, 1, '[]', 1793520000000, 1, NULL);
INSERT INTO personal VALUES ('00000000-0000-4000-8000-000000000001', 'day-2026-11-01', x'00', x'00');
INSERT INTO jobs VALUES (2, '00000000-0000-4000-8000-000000000002', 'ready', 'utopia-id', 'spring', 'unit-0', 'batch-1', 'first', 0, 1800000000000, 'ref-2', x'02', NULL, 'digest-2', 0, 0, NULL, 1, 1, '[]', 1793520000000, 1, NULL);
INSERT INTO personal VALUES ('00000000-0000-4000-8000-000000000002', 'day-2026-11-01', x'00', x'00');
INSERT INTO jobs VALUES (3, '00000000-0000-4000-8000-000000000003', 'issued', 'utopia-id', 'spring', 'unit-1', 'batch-1', 'first', 0, 1800000000000, 'ref-3', x'03', NULL, 'digest-3', 2, 2, 'B000003', 1, 1, '[]', 1793520000000, 1, NULL);
INSERT INTO personal VALUES ('00000000-0000-4000-8000-000000000003', 'day-2026-11-01', x'00', x'00');
INSERT INTO jobs VALUES (4, '00000000-0000-4000-8000-000000000004', 'in_doubt', 'utopia-id', 'spring', 'unit-0', 'batch-1', 'first', 0, 1800000000000, 'ref-4', x'04', NULL, 'digest-4', 1, 1, 'B000004', 1, 1, '[]', 1793520000000, 1, NULL);
INSERT INTO personal VALUES ('00000000-0000-4000-8000-000000000004', 'day-2026-11-01', x'00', x'00');
INSERT INTO day_keys VALUES ('day-2026-11-01');
INSERT INTO blanks VALUES ('B000001', 'test-blank', '01', 'good_on_hand');
INSERT INTO blanks VALUES ('B000002', 'test-blank', '02', 'spoiled');
INSERT INTO blanks VALUES ('B000003', 'test-blank', '03', 'good_on_hand');
INSERT INTO blanks VALUES ('B000004', 'test-blank', '04', 'in_doubt');
INSERT INTO blanks VALUES ('B000005', 'test-blank', '05', 'line');
INSERT INTO receipts VALUES ('receipt-1', 'test-blank', 5, 1);
INSERT INTO attempts (id, job, number, fence, blank, class, line, state, question, sequences) VALUES ('00000000-0000-4000-8000-000000000001/1', '00000000-0000-4000-8000-000000000001', 1, 1, 'B000001', 'test-blank', 'line-1', 'good', NULL, '[2]');
INSERT INTO attempts (id, job, number, fence, blank, class, line, state, question, sequences) VALUES ('00000000-0000-4000-8000-000000000003/1', '00000000-0000-4000-8000-000000000003', 1, 1, 'B000002', 'test-blank', 'line-1', 'spoiled', NULL, '[3]');
INSERT INTO attempts (id, job, number, fence, blank, class, line, state, question, sequences) VALUES ('00000000-0000-4000-8000-000000000003/2', '00000000-0000-4000-8000-000000000003', 2, 2, 'B000003', 'test-blank', 'line-1', 'good', NULL, '[4]');
INSERT INTO attempts (id, job, number, fence, blank, class, line, state, question, sequences) VALUES ('00000000-0000-4000-8000-000000000004/1', '00000000-0000-4000-8000-000000000004', 1, 1, 'B000004', 'test-blank', 'line-1', 'in_doubt', 'where is it?', '[5]');
INSERT INTO signers VALUES ('ds-UTO', 3), ('ds-UTO-2', 1);
INSERT INTO shifts VALUES (1, 1, 1793520000000, NULL, NULL);
