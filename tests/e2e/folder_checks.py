"""Checks of a whole result folder of tools/demo. Each returns how many things it looked at, or raises Broken."""
import collections
import datetime
import json
import os

from privacy import Needles, texts_of_chip
from reading import TOP, demand, kind, parsed_log, run

# A record's times are cut to milliseconds, each on its own.
CLOCK_SLACK_S = 0.1


def check_log(out, cli):
    """The log verifies with code that we did not write, and with our own."""
    vkey = out / "trust" / "log.vkey"
    environment = os.environ | {"IMPRIMATUR_BUILD": str(cli.parent.parent)}
    run(TOP / "tests" / "audit" / "independent" / "run", out / "log", vkey, env=environment)
    run(cli, "log", "verify", out / "log", "--key", vkey)
    return len(parsed_log(out / "log"))


def check_no_personal_data(out, cards):
    """No holder is told in the log, in the processes' own logs, in the reports or in the summary."""
    needles = Needles()
    for card in cards:
        needles.add(texts_of_chip(card / "chip"), card.name)
    demand(needles.texts > 5 * len(cards), "there is too little to look for")
    files = sum(needles.demand_none_under(out / name) for name in ("log", "logs", "summary.json"))
    for report in sorted((out / "reports").iterdir()):
        is_pdf = report.suffix == ".pdf"
        text = run("pdftotext", "-layout", report, "-").stdout if is_pdf else report.read_bytes()
        needles.demand_none_in(f"reports/{report.name}", text)
        files += 1
    return files


def moment(event):
    return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))


def check_summary(out, cards):
    """summary.json says what folder and log say."""
    summary = json.loads((out / "summary.json").read_text())
    demand(list(summary) == ["jobs", "issued", "in_doubt", "spoiled", "seconds", "cards_per_hour"],
           "summary.json has other members than promised")
    events = parsed_log(out / "log")
    counts = collections.Counter(kind(event) for event in events)
    last = {event["subject"]: kind(event) for event in events if kind(event).startswith("attempt.")}
    told = {"jobs": counts["job.received"], "issued": counts["job.issued"], "spoiled": counts["attempt.spoiled"],
            "in_doubt": sum(word == "attempt.in_doubt" for word in last.values())}
    for name, count in told.items():
        demand(summary[name] == count, f"summary.json says {summary[name]} {name}, the log {count}")
    demand(summary["issued"] == len(cards), f"summary.json says {summary['issued']} issued, there are {len(cards)} cards")
    issued = {event["subject"] for event in events if kind(event) == "job.issued"}
    demand(issued == {card.name for card in cards}, "other cards are there than were issued")
    check_pace(summary, events)
    return len(summary)


def check_pace(summary, events):
    times = {word: [moment(event) for event in events if kind(event) == word]
             for word in ("job.received", "attempt.begun", "attempt.good")}
    if not times["attempt.good"]:
        return
    longest = (times["attempt.good"][-1] - times["job.received"][0]).total_seconds()
    shortest = (times["attempt.good"][-1] - times["attempt.begun"][0]).total_seconds()
    demand(shortest - CLOCK_SLACK_S <= summary["seconds"] <= longest + CLOCK_SLACK_S,
           "summary.json has another time than the log")
    pace = summary["issued"] * 3600 / summary["seconds"]
    demand(abs(summary["cards_per_hour"] - pace) <= 1, "summary.json's pace is not its cards by its time")


def check_reports(out, _cards):
    """The shift report is there, in both forms."""
    rows = (out / "reports" / "shift.csv").read_text().splitlines()
    demand(len(rows) > 1, "the shift report has no rows")
    demand((out / "reports" / "shift.pdf").read_bytes()[:5] == b"%PDF-", "the shift report is no PDF")
    run("pdfinfo", out / "reports" / "shift.pdf")
    return 2
