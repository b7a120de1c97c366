"""Checks what restart_test leaves. Prints one line a check; exit code 0 when all hold, 1 when one does not.

usage: check_restart.py rest BENCH            the daemon has ended on SIGTERM: everything is at rest
       check_restart.py end BENCH OUT JOBS    the batch is done: the promises of the design, section 2
"""
import collections
import json
import pathlib
import re
import sqlite3
import sys

from privacy import Needles, texts_of_job
from reading import Broken, kind, log_entries, log_size, mrz_lines, parsed_log, run


class Checks:
    """Prints a line a check; `failed` when one did not hold."""

    def __init__(self, quiet=False):
        self.failed = False
        self.quiet = quiet

    def holds(self, what, holds, shown=""):
        self.failed |= not holds
        if not holds or not self.quiet:
            print(f"{'ok  ' if holds else 'FAIL'} {what}{f': {shown}' if shown != '' else ''}")


class Bench:
    """Ledger, log, machine and printers as they were left."""

    def __init__(self, folder):
        self.folder = folder
        self.ledger = sqlite3.connect(folder / "work" / "ledger.sqlite")
        self.log = folder / "work" / "log"
        self.attempts = self.rows("SELECT id, job, blank, state, print_job_uuid, question FROM attempts")
        self.states = dict(self.rows("SELECT id, state FROM jobs"))
        self.places = dict(self.rows("SELECT serial, place FROM blanks"))
        self.journal = [bytes(entry) for (entry,) in self.rows("SELECT entry FROM journal ORDER BY sequence")]
        self.events = [json.loads(entry) for entry in self.journal]
        # How often the daemon was ended in which way, and how many cards were in readers and printers then.
        self.rests = [(how, int(inside)) for how, inside in
                      (line.split() for line in (folder / "rests").read_text().splitlines())]

    def rows(self, query):
        return self.ledger.execute(query).fetchall()

    def attempts_in(self, *states):
        return [attempt for attempt in self.attempts if attempt[3] in states]


REMAKES_MAX = 2  # of the products


def check_rest(bench):
    checks = Checks(quiet=True)
    checks.holds("no card is in readers and printers", bench.rests[-1][1] == 0, bench.rests[-1][1])
    open_attempts = [a for a in bench.attempts if a[3] not in ("good", "spoiled", "missing", "in_doubt")]
    checks.holds("no attempt is open", not open_attempts, open_attempts)
    busy = {job: state for job, state in bench.states.items() if state in ("claimed", "in_progress")}
    checks.holds("no job is claimed or in progress", not busy, busy)
    checks.holds("the stop is the journal's last entry", kind(bench.events[-1]) == "boot.stopped", kind(bench.events[-1]))
    checks.holds("the checkpoint covers the whole journal", log_size(bench.log) == len(bench.journal),
                 f"{log_size(bench.log)} of {len(bench.journal)}")
    return checks


def check_jobs(bench, checks, jobs):
    acknowledged = (bench.folder / "acknowledged").read_text().split()
    checks.holds("every acknowledged job is there", len(acknowledged) == jobs and set(acknowledged) == set(bench.states),
                 len(acknowledged))
    received = collections.Counter(e["subject"] for e in bench.events if kind(e) == "job.received")
    checks.holds("each was received once", set(received.values()) == {1} and len(received) == jobs)
    counts = collections.Counter(bench.states.values())
    checks.holds("every job came to an end", counts["issued"] + counts["in_doubt"] + counts["failed"] == jobs, dict(counts))
    # A kill in a write spoils a blank, a printer that stops another: a job may meet more of them than it has remakes.
    spoiled = collections.Counter(job for _, job, _, _, _, _ in bench.attempts_in("spoiled"))
    begun = collections.Counter(job for _, job, _, _, _, _ in bench.attempts)
    failed = {job for job, state in bench.states.items() if state == "failed"}
    checks.holds("a job failed only when every remake was spoiled", all(spoiled[job] == begun[job] == 1 + REMAKES_MAX for job in failed),
                 {job: spoiled[job] for job in failed})
    good = collections.Counter(job for _, job, _, _, _, _ in bench.attempts_in("good"))
    issued = {job for job, state in bench.states.items() if state == "issued"}
    checks.holds("every issued job has exactly one good blank, no other has one",
                 set(good) == issued and set(good.values()) <= {1}, len(good))
    logged = collections.Counter(e["subject"] for e in bench.events if kind(e) == "job.issued")
    checks.holds("each was told to be issued once", set(logged) == issued and set(logged.values()) <= {1})
    blanks = [attempt[2] for attempt in bench.attempts]
    checks.holds("no blank was begun twice", len(set(blanks)) == len(blanks), f"{len(blanks)} begun")


def check_stock(bench, checks):
    received = (bench.folder / "receipt.csv").read_text().split()[1:]
    counts = collections.Counter(bench.places.values())
    checks.holds("the sum of the stock is what was received", len(received) == len(bench.places) == sum(counts.values()),
                 dict(counts))
    of_states = {"good": "good_on_hand", "spoiled": "spoiled", "in_doubt": "in_doubt"}
    wanted = {blank: of_states.get(state) for _, _, blank, state, _, _ in bench.attempts}
    wrong = {blank: place for blank, place in bench.places.items() if wanted.get(blank, "line") != place}
    checks.holds("every blank is where its attempt says", not wrong, wrong or len(wanted))
    bodies = {serial: place for serial, _, place in
              (line.split() for line in (bench.folder / "places").read_text().splitlines())}
    of_places = {"good_on_hand": "output", "spoiled": "reject", "in_doubt": "reject", "line": "hopper"}
    lost = {serial: (place, bodies[serial]) for serial, place in bench.places.items() if bodies[serial] != of_places[place]}
    checks.holds("every body lies where the ledger has its blank", not lost, lost or len(bodies))


def check_prints(bench, checks, out):
    printed = {path.stem: path for path in (bench.folder / "spool").rglob("*.pdf")}
    bound = {uuid.removeprefix("urn:uuid:"): attempt for attempt in bench.attempts if (uuid := attempt[4])}
    good = {uuid for uuid, attempt in bound.items() if attempt[3] == "good"}
    rest = set(printed) - good
    checks.holds("one print is there for every good card", good <= set(printed) and len(good) == len(bench.attempts_in("good")),
                 len(good))
    checks.holds("every other print is of a card that was spoiled or is in doubt",
                 all(uuid in bound and bound[uuid][3] in ("spoiled", "in_doubt") for uuid in rest), len(rest))
    agree = 0
    for uuid in sorted(good):
        chip = out / "cards" / bound[uuid][1] / "chip"
        if not (chip / "DG1").exists():
            continue  # told by the check of the evidence
        text = re.sub(r"[ \n]", "", run("pdftotext", "-layout", printed[uuid], "-").stdout.decode())
        agree += "".join(mrz_lines(chip)) in text
    return agree


def check_evidence(bench, checks, out, agree, killed):
    """A kill may take with it what is kept for people of a card that was in the machines, and nothing else."""
    complete = sum(all((out / "cards" / job / name).exists() for name in ("face.pdf", "record.json", "chip/DG1", "chip/EF.SOD"))
                   for _, job, _, _, _, _ in bench.attempts_in("good"))
    checks.holds("evidence is kept of all good cards but those that a kill hit",
                 complete >= len(bench.attempts_in("good")) - killed, complete)
    checks.holds("what was printed agrees with what is on the chip", agree >= complete, agree)


def check_doubts(bench, checks, killed):
    """Only what was begun before a kill may be in doubt or spoiled by it, and the question is told."""
    doubts = bench.attempts_in("in_doubt")
    checks.holds("at most what was in the machines at a kill is in doubt", len(doubts) <= killed,
                 f"{len(doubts)} of at most {killed}")
    boots = [i for i, event in enumerate(bench.events) if kind(event) == "boot.started"]
    begun = {(e["subject"], e["data"]["blank"]): i for i, e in enumerate(bench.events) if kind(e) == "attempt.begun"}
    doubted = {(e["subject"], e["data"]["blank"]): i for i, e in enumerate(bench.events) if kind(e) == "attempt.in_doubt"}
    across = all(any(begun[card] < boot < at for boot in boots) for card, at in doubted.items())
    checks.holds("each doubt arose over a restart", across)
    told = [json.loads(line) for line in (bench.folder / "doubts.ndjson").read_text().splitlines()]
    questions = [job["attempt_list"][-1].get("question", "") for job in told]
    checks.holds("the station tells the question of each", len(told) == len(doubts) and all(q.strip() for q in questions),
                 sorted(set(questions)))
    taken = bench.folder / "taken"
    if taken.exists():
        serial = taken.read_text().strip()
        checks.holds("the card that was taken by hand is in doubt", serial in {attempt[2] for attempt in doubts}, serial)


def check_log(bench, checks):
    checks.holds("the journal has no gap", [int(e["sequence"]) for e in bench.events] == list(range(len(bench.events))),
                 len(bench.events))
    checks.holds("the log is the journal, byte for byte", log_entries(bench.log) == bench.journal)
    parsed_log(bench.log)
    checks.holds("it is one epoch", sum(kind(e) == "epoch.begun" for e in bench.events) == 1)
    boots = sum(kind(e) == "boot.started" for e in bench.events)
    starts = len(bench.rests)
    early = sum(how == "early" for how, _ in bench.rests)
    checks.holds("every start is in it, but those that were killed while they came up", starts - early <= boots <= starts,
                 f"{boots} of {starts}")
    signed = bench.rows("SELECT sum(count) FROM signers")[0][0]
    intents = sum(e["data"].get("act") == "sign" for e in bench.events if kind(e) == "attempt.intent")
    checks.holds("every signature is counted and told", signed == intents, signed)


def check_privacy(bench, checks, out):
    needles = Needles()
    for path in (bench.folder / "jobs").glob("*.json"):
        needles.add(texts_of_job(json.loads(path.read_text())), path.stem)
    told = ""
    try:
        files = needles.demand_none_under(bench.folder / "work") + needles.demand_none_under(out / "logs")
    except Broken as error:
        files, told = 0, str(error)
    checks.holds("no holder is told in ledger, log and the processes' logs",
                 not told and needles.texts > 5 * len(bench.states), told or f"{files} files")


def main():
    what, bench = sys.argv[1], Bench(pathlib.Path(sys.argv[2]))
    if what == "rest":
        return 1 if check_rest(bench).failed else 0
    out, jobs = pathlib.Path(sys.argv[3]), int(sys.argv[4])
    checks = Checks()
    killed = sum(inside for how, inside in bench.rests if how != "term")
    check_jobs(bench, checks, jobs)
    check_stock(bench, checks)
    agree = check_prints(bench, checks, out)
    check_evidence(bench, checks, out, agree, killed)
    check_doubts(bench, checks, killed)
    check_log(bench, checks)
    check_privacy(bench, checks, out)
    kills = sum(how != "term" for how, _ in bench.rests)
    print(f"ended {len(bench.rests)} times, {kills} of them by a kill, with {[inside for _, inside in bench.rests]} cards in the machines")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
