#!/usr/bin/python3
"""Runs the examples of README.md as they stand there.

usage: readme_checks.py FOLDER OUT JOBS DAEMON

FOLDER is laid out as the examples expect: build/dev, tools and tests of this repository, demo-out, job.json, jobs, inbox; the
daemon of IMPRIMATUR_SOCKET runs as process DAEMON, and has no other JOBS than those of FOLDER. Blocks are what is indented by four spaces or fenced. What each block is shows in its lines:
  commands             run by bash, one block after the other; the first command that fails fails the block
  python               a client that follows: is told of all jobs, and ends by itself with the daemon; OUT has what it said
  files of demo-out    must be there, <job> being any
  verbs                of the command line; each must know --help
Another one must say why it is not run, in a line before it: <!-- not run by readme_test: REASON -->
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
COMMANDS = {"build/dev/bin/imprimatur", "cd", "curl", "imprimatur", "tests/audit/independent/run", "tests/e2e/check_results",
            "tools/queue-bridge"}
LIMIT_S = 60


def blocks_of(text):
    """Number of the first line, language, lines, and the line before, of every block."""
    lines, at = text.splitlines(), 0
    while at < len(lines):
        before = next((line for line in reversed(lines[:at]) if line.strip()), "")
        if lines[at].startswith("```"):
            end = lines.index("```", at + 1)
            yield at + 2, lines[at][3:], lines[at + 1:end], before
            at = end + 1
        elif lines[at].startswith("    "):
            end = at
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            yield at + 1, "", [line[4:] for line in lines[at:end] if line.strip()], before
            at = end
        else:
            at += 1


def kind_of(language, lines):
    if language == "python":
        return "python"
    if language:
        return None
    words = [line.split()[0] for line in lines if not line.startswith(" ")]
    if all(word.startswith("demo-out/") for word in words):
        return "files"
    if all(re.match(r"imprimatur \S.*?(   | ·|$)", line) for line in lines) and any("   " in line for line in lines):
        return "verbs"
    return "commands" if set(words) <= COMMANDS else None


def run_commands(lines, folder):
    script = "\n".join(lines)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, timeout=LIMIT_S, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return "" if done.returncode == 0 else f"ends with {done.returncode}:\n{done.stdout}"


def files_there(lines, folder):
    """Each path, and each file of it that its description names."""
    wanted = []
    for line in lines:
        path, description = re.split(r"\s{2,}", line, maxsplit=1)
        path = path.replace("<job>", "*").rstrip("/")
        wanted += [path, *(f"{path}/{name}" for name in re.findall(r"\b\w+\.(?:png|pdf|json|pem|vkey)\b", description))]
    missing = [path for path in wanted if not list(folder.glob(path))]
    return f"not there: {missing}" if missing else ""


def verbs_of(lines):
    """Each verb with its sub-verb: `a · b|c ID` and `hold/release ID` name several."""
    for line in lines:
        synopsis = re.split(r"\s{3,}", line)[0].removeprefix("imprimatur ")
        for one in synopsis.split(" · "):
            verb, *more = one.split()
            words = more[0].strip("[]") if more else ""
            subs = words.split("|") if re.fullmatch(r"[a-z][a-z|-]*", words) else [""]
            yield from ((name, sub) for name in verb.split("/") for sub in subs)


def verbs_known(lines, folder):
    wrong = []
    for verb, sub in verbs_of(lines):
        call = ["imprimatur", verb, *([sub] if sub else []), "--help"]
        done = subprocess.run(call, cwd=folder, timeout=LIMIT_S, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0 or (sub or verb) not in done.stdout:
            wrong.append(f"{verb} {sub}".strip())
    return f"no such verb: {wrong}" if wrong else ""


class Client:
    """An example that follows the station until it ends."""

    def __init__(self, number, lines, folder, out):
        script, self.told = out / f"line-{number}.py", out / f"line-{number}.told"
        script.write_text("\n".join(lines) + "\n")
        with open(self.told, "wb") as told:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "/usr/bin/python3", script], cwd=folder,
                                            stdout=told, stderr=subprocess.STDOUT)

    def has_heard_of(self, jobs):
        """Within a while: that all are issued."""
        until = time.monotonic() + LIMIT_S
        while self.told.read_text().count(" org.imprimatur.job.issued.v1 ") < jobs:
            if self.process.poll() is not None or time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def ends_well(self):
        try:
            return self.process.wait(LIMIT_S) == 0
        except subprocess.TimeoutExpired:
            self.process.kill()
            return False


def run_block(kind, lines, folder):
    return {"commands": run_commands, "files": files_there, "verbs": verbs_known}[kind](lines, folder)


def main():
    folder, out, jobs, daemon = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    wrong, clients = [], {}
    for number, language, lines, before in blocks_of(README.read_text()):
        kind, excuse = kind_of(language, lines), re.fullmatch(r"<!-- not run by readme_test: (.{10,}) -->", before)
        print(f"line {number}: {'not run: ' + excuse[1] if excuse else kind}", flush=True)
        if excuse:
            continue
        if kind is None:
            wrong.append(f"line {number}: a block that nobody knows to run, without a reason")
        elif kind == "python":
            clients[number] = Client(number, lines, folder, out)
        elif trouble := run_block(kind, lines, folder):
            wrong.append(f"line {number}: {trouble}")
    wrong += [f"line {number}: it was not told of {jobs} issued jobs" for number, client in clients.items()
              if not client.has_heard_of(jobs)]
    os.kill(daemon, signal.SIGTERM)
    wrong += [f"line {number}: it does not end well with the station" for number, client in clients.items()
              if not client.ends_well()]
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong or not clients else 0


if __name__ == "__main__":
    sys.exit(main())
