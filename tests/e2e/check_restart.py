"""Checks the promises after restart_test: usage check_restart.py BENCH JOBS KILLS READERS PRINTERS."""
import collections
import json
import pathlib
import sqlite3
import sys


def main():
    bench = pathlib.Path(sys.argv[1])
    jobs, kills, readers, printers = map(int, sys.argv[2:6])
    ledger = sqlite3.connect(bench / "work" / "ledger.sqlite")
    rows = [json.loads(line) for line in (bench / "jobs.ndjson").read_text().splitlines()]
    states = collections.Counter(row["state"] for row in rows)
    attempts = ledger.execute("SELECT job, blank, state FROM attempts").fetchall()
    good = collections.Counter(job for job, _, state in attempts if state == "good")
    places = dict(ledger.execute("SELECT place, count(*) FROM blanks GROUP BY place").fetchall())
    received = ledger.execute("SELECT count(*) FROM blanks").fetchone()[0]
    doubts = ledger.execute("SELECT question FROM attempts WHERE state = 'in_doubt'").fetchall()
    printed = collections.Counter(path.stem for path in (bench / "spool").rglob("*.pdf"))
    bound = {uuid.removeprefix("urn:uuid:") for (uuid,) in
             ledger.execute("SELECT print_job_uuid FROM attempts WHERE print_job_uuid IS NOT NULL")}
    entries = [json.loads(entry) for (entry,) in ledger.execute("SELECT entry FROM journal ORDER BY sequence")]

    checks = {
        "every acknowledged job is there": len(rows) == jobs,
        "every job came to an end": states["issued"] + states["in_doubt"] == jobs,
        "no job has two good cards": all(count == 1 for count in good.values()),
        "issued jobs and good attempts are the same": set(good) == {row["id"] for row in rows if row["state"] == "issued"},
        "good blanks are as many as issued jobs": places.get("good_on_hand", 0) == states["issued"],
        "no blank was used twice": len({blank for _, blank, _ in attempts}) == len(attempts),
        "every blank is in one place": sum(places.values()) == received and places.get("machine", 0) == 0,
        "at most the cards that were in the machines are in doubt": states["in_doubt"] <= kills * (readers + printers),
        "every doubt has its question": all(question for (question,) in doubts),
        "what was printed was bound to an attempt first": set(printed) <= bound,
        "the journal has no gap": [int(entry["sequence"]) for entry in entries] == list(range(len(entries))),
        "every start is in the journal": sum(e["type"] == "org.imprimatur.boot.started.v1" for e in entries) == kills + 2,
    }
    for name, holds in checks.items():
        print(f"{'ok  ' if holds else 'FAIL'} {name}")
    print(f"{states['issued']} issued, {states['in_doubt']} in doubt after {kills} kills; blanks {places}; "
          f"questions {collections.Counter(question for (question,) in doubts)}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
