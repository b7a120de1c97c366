#!/usr/bin/python3
"""Measures the daemon's intake and status socket from outside, with the figures of the issue. Fictional jobs, no cards: the stock
is empty, so that nothing but the socket works. Entries are made by holding and releasing jobs."""
import argparse
import asyncio
import datetime
import http.client
import json
import multiprocessing
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

import websockets

from batch_sender import BatchSender
from raw_socket import TIME, RawSocket

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from api_client import Unix  # noqa: E402

RATE = 500
GOAL_DISCONNECTS = 1000
GOAL_KILLS = 100


class Daemon:
    def __init__(self, options):
        self.options, self.process = options, None

    def start(self):
        pathlib.Path(self.options.socket).unlink(missing_ok=True)
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", self.options.daemon, "--config", self.options.config, "--create"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                Unix(self.options.socket).ask("GET", "/healthz")
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit(f"the daemon ended with {self.process.returncode}")
                time.sleep(0.05)
        sys.exit("the daemon does not listen")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def cpu_s(self):
        """Processor time so far, of the program and of the kernel for it."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0


def post_paced(path, jobs, count, rate, stop):
    """Makes `count` entries at `rate` a second (0: as fast as it goes), through kills of the daemon. A process of its own."""
    client, began, made, held = Unix(path), time.monotonic(), 0, {}
    while made < count and not stop.is_set():
        job = jobs[made % len(jobs)]
        act = "release" if held.get(job) else "hold"
        try:
            status, _, _ = client.ask("POST", f"/v1/jobs/{job}/{act}")
        except (OSError, http.client.HTTPException):
            client = Unix(path)
            time.sleep(0.02)
            continue
        if status in (200, 409):  # 409: it had happened before the kill
            held[job] = act == "hold"
            made += status == 200
        if rate:
            time.sleep(max(0.0, began + made / rate - time.monotonic()))


class Posting:
    """Several processes that make entries."""

    def __init__(self, path, jobs, count, rate, processes=4):
        self.stop_event = multiprocessing.Event()
        share = len(jobs) // processes
        self.processes = [
            multiprocessing.Process(target=post_paced, args=(path, jobs[i * share:(i + 1) * share], count // processes,
                                                             rate / processes, self.stop_event), daemon=True)
            for i in range(processes)]
        for process in self.processes:
            process.start()

    def join(self):
        for process in self.processes:
            process.join()

    def stop(self):
        self.stop_event.set()
        self.join()


def size_of(path):
    text = Unix(path).ask("GET", "/metrics")[2].decode()
    return next(int(float(line.split()[1])) for line in text.splitlines() if line.startswith("imprimatur_journal_entries "))


def submit_rate(options, daemon, files):
    """Jobs a second that are durable, batches over four connections at once; milliseconds of the daemon's processor time for
    one; the jobs."""
    lines = [path.read_bytes().replace(b"\n", b" ") for path in files]
    parts = [b"\n".join(lines[i::4]) for i in range(4)]
    answers = [None] * 4

    def send(i):
        answers[i] = Unix(options.socket, 600).ask("POST", "/v1/jobs:batch", parts[i])
    threads = [threading.Thread(target=send, args=(i,)) for i in range(4)]
    began, cpu = time.monotonic(), daemon.cpu_s()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, cpu = time.monotonic() - began, daemon.cpu_s() - cpu
    told = [json.loads(line) for _, _, text in answers for line in text.splitlines()]
    wrong = [one for one in told if one["status"] != 202]
    if wrong or len(told) != len(lines):
        sys.exit(f"{len(wrong)} of {len(told)} jobs were not taken: {wrong[:1]}")
    return len(lines) / took, cpu * 1000 / len(lines), [one["id"] for one in told if one["state"] == "ready"]


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def latency_p99_ms(options, jobs, seconds):
    """From the entry's own time, which is before its commit, until a client has it: an upper bound, in milliseconds."""
    client, waited = RawSocket(options.socket), []
    client.subscribe(size_of(options.socket) - 1)
    posting = Posting(options.socket, jobs, RATE * seconds, RATE)
    for count in range(1, RATE * seconds // 4 * 4 + 1):
        sequence, text = client.entry()
        then = datetime.datetime.fromisoformat(TIME.search(text)[1].decode().replace("Z", "+00:00")).timestamp()
        waited.append((time.time() - then) * 1000)
        if count % 100 == 0:
            client.acknowledge(sequence, 100)
    posting.join()
    client.close()
    return percentile(waited, 0.99)


def resume_s(options):
    """A client that was away for 10,000 entries."""
    after = size_of(options.socket) - 10001
    began = time.monotonic()
    client = RawSocket(options.socket)
    client.subscribe(after)
    for expected in range(after + 1, after + 10001):
        if client.entry()[0] != expected:
            sys.exit("the stream has a gap")
    took = time.monotonic() - began
    client.close()
    return took


def stopped_client(options, daemon, jobs, seconds, usual):
    """What a client that takes nothing costs: memory, and the others' p99."""
    before = daemon.resident_mb()
    silent = RawSocket(options.socket)
    silent.subscribe(-1)
    ratio = latency_p99_ms(options, jobs, seconds) / usual
    after = daemon.resident_mb()
    silent.close()
    return max(0.0, after - before), ratio


class Follower:
    """Keeps the sequences that it was told. Three kinds of clients, all of which come again with their cursor."""

    def __init__(self, kind, path, until):
        self.kind, self.path, self.until = kind, path, until
        self.sequences, self.disconnects, self.cut = [], 0, threading.Event()
        self.random = random.Random(kind)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        once = {"raw": self.raw, "websockets": lambda: asyncio.run(self.library()), "long-poll": self.long_poll}[self.kind]
        while not self.until():
            try:
                once()
            except (OSError, http.client.HTTPException, websockets.WebSocketException, asyncio.TimeoutError):
                time.sleep(0.01)
            self.disconnects += 1

    def last(self):
        return self.sequences[-1] if self.sequences else -1

    def how_many(self):
        return self.random.randint(1, 400)

    def raw(self):
        client = RawSocket(self.path, timeout=1)
        client.subscribe(self.last())
        for _ in range(self.how_many()):
            self.sequences.append(client.entry()[0])
        client.close()

    async def library(self):
        async with websockets.unix_connect(self.path, uri="ws://localhost/v1/events", close_timeout=0.1,
                                           subprotocols=["cloudevents.json"]) as client:
            await client.send(json.dumps({"type": "org.imprimatur.control.subscribe.v1",
                                          "data": {"after": self.last(), "credit": 10000}}))
            for _ in range(self.how_many()):
                event = json.loads(await asyncio.wait_for(client.recv(), 1))
                if "sequence" in event:
                    self.sequences.append(int(event["sequence"]))
            client.transport.abort()

    def long_poll(self):
        client = Unix(self.path, 5)
        _, _, text = client.ask("GET", f"/v1/events?after={self.last()}&wait=1&limit={self.how_many()}")
        self.sequences += [int(event["sequence"]) for event in json.loads(text)]
        client.close()


def follow_through(options, posting, disturb, enough):
    """Three clients follow while `posting` makes entries (begun before: a fork keeps the locks of threads) and `disturb` does its
    worst; then they come to the end. Disconnects, entries that one of them lost, and those that came out of order or twice."""
    done = threading.Event()
    end = []
    followers = []

    def is_over(follower):
        return lambda: done.is_set() and follower[0].last() >= end[0] - 1
    for kind in ("raw", "websockets", "long-poll"):
        box = []
        follower = Follower.__new__(Follower)
        box.append(follower)
        follower.__init__(kind, options.socket, is_over(box))
        followers.append(follower)
    disturb(lambda: sum(follower.disconnects for follower in followers) >= enough)
    posting.stop()
    end.append(size_of(options.socket))
    done.set()
    deadline = time.monotonic() + 60
    for follower in followers:
        follower.thread.join(max(0.0, deadline - time.monotonic()))
    lost = sum(end[0] - len(set(follower.sequences)) for follower in followers)
    reordered = sum(later != earlier + 1 for follower in followers
                    for earlier, later in zip([-1] + follower.sequences, follower.sequences)
                    if later <= earlier)
    return sum(follower.disconnects for follower in followers), lost, reordered


def storm_lost(options, clients):
    """All come again at once, each with its own cursor, and read to the end."""
    size, missing, lock = size_of(options.socket), [0], threading.Lock()
    gate = threading.Barrier(clients)

    def come(after):
        gate.wait()
        left = size - 1 - after
        try:
            client = RawSocket(options.socket, timeout=60)
            client.subscribe(after)
            for expected in range(after + 1, size):
                if client.entry()[0] != expected:
                    break
                left -= 1
            client.close()
        except OSError:
            pass
        with lock:
            missing[0] += left
    threads = [threading.Thread(target=come, args=(size - 1 - (50 + 7 * i) % min(size, 1500),)) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return missing[0]


def measure(options, daemon, figure):
    quick = options.quick
    daemon.start()
    files = sorted(pathlib.Path(options.jobs).glob("*.json"))
    kept_for_kills = files[:len(files) // 5]
    rate, cpu_ms, jobs = submit_rate(options, daemon, files[len(kept_for_kills):])
    figure("submit.jobs_per_s", rate, "1/s", ">=", 1000)
    figure("submit.daemon_cpu_ms", cpu_ms, "ms", "<=", 2)
    jobs = jobs[:200]
    Posting(options.socket, jobs, 10400, 0, processes=8).join()
    figure("socket.resume_10k_s", resume_s(options), "s", "<=", 1)
    seconds = 4 if quick else 20
    usual = latency_p99_ms(options, jobs, seconds)
    figure("socket.p99_ms", usual, "ms", "<=", 20)
    cost, ratio = stopped_client(options, daemon, jobs, seconds, usual)
    figure("socket.stopped_client_mb", cost, "MB", "<=", 4)
    figure("socket.stopped_client_p99_ratio", ratio, "ratio", "<=", 1.1)
    figure("socket.storm_lost", storm_lost(options, 200), "entries", "<=", 0)

    def wait(enough):
        while not enough():
            time.sleep(0.05)
    cuts, kills = options.disconnects, options.kills
    disconnects, lost, reordered = follow_through(options, Posting(options.socket, jobs, 10**9, 1000), wait, cuts)

    def kill(_):
        for _ in range(kills):
            time.sleep(random.uniform(0.05, 0.4))
            daemon.kill()
            daemon.start()
    sender = BatchSender(options.socket, kept_for_kills, options.jobs + "/../acknowledged")
    _, lost_by_kills, reordered_by_kills = follow_through(options, sender, kill, 0)
    acknowledged, jobs_lost, jobs_doubled = sender.outcome()
    figure("socket.disconnects", disconnects, "", ">=", GOAL_DISCONNECTS)
    figure("socket.kills", kills, "", ">=", GOAL_KILLS)
    figure("socket.lost", lost + lost_by_kills, "entries", "<=", 0)
    figure("socket.reordered", reordered + reordered_by_kills, "entries", "<=", 0)
    figure("kills.acknowledged", acknowledged, "jobs", ">=", 1)
    figure("kills.jobs_lost", jobs_lost, "jobs", "<=", 0)
    figure("kills.jobs_doubled", jobs_doubled, "jobs", "<=", 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--daemon", "--config", "--socket", "--jobs"):
        parser.add_argument(name, required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--disconnects", type=int)
    parser.add_argument("--kills", type=int)
    options = parser.parse_args()
    if options.disconnects is None:
        options.disconnects = 100 if options.quick else GOAL_DISCONNECTS
    if options.kills is None:
        options.kills = 3 if options.quick else GOAL_KILLS
    figures = []

    def figure(name, value, unit, relation, bound):
        met = value <= bound if relation == "<=" else value >= bound
        figures.append({"name": name, "value": round(value, 4), "unit": unit or "count", "goal": f"{relation} {bound}", "met": met})
        if not options.json:
            print(f"{name:36} {value:12.3f} {unit:8} {relation} {bound:<8} {'met' if met else 'MISSED'}", flush=True)
    daemon = Daemon(options)
    try:
        measure(options, daemon, figure)
    finally:
        daemon.stop()
    if options.json:
        print(json.dumps({"bench": "socket", "figures": figures}))


if __name__ == "__main__":
    os.chdir("/")
    main()
