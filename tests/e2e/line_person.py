#!/usr/bin/env python3
"""A person at a line without a machine: asks what to do, moves the bench's cards, and answers. Makes a slip now and then.

line_person.py CLI CONTROL_SOCKET
"""
import json
import socket
import subprocess
import sys
import time

CLI, CONTROL = sys.argv[1:3]


def bench(line):
    """One line to the control socket of virtual-card; its answer's lines."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(CONTROL)
        link.sendall(line.encode() + b"\n")
        stream = link.makefile()
        first = stream.readline().split()
        count = int(first[1]) if line == "list" else 0
        return [first] + [stream.readline().split() for _ in range(count)]


def cli(*words):
    done = subprocess.run([CLI, "--json", *words], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else {}


def place_of(card):
    return next((place for serial, _, place in bench("list")[1:] if serial == card), "")


def answer(task, slip):
    """Does what is asked and says so."""
    if task["kind"] == "take":
        if slip:
            return cli("line", "task", "done", task["id"])  # without having put a card in
        words = bench(f"take {task['to']} {task['class']}")[0]
        if words[0] == "ok":
            return cli("line", "task", "done", task["id"], "--serial", words[1])
        return cli("line", "task", "none", task["id"]) if words[1] == "transport.no_blank" else cli("line", "task", "done", task["id"])
    if task["kind"] == "find":
        return cli("line", "task", "done", task["id"], "--place", place_of(task["card"]))
    if not slip:
        bench(f"move {task['card']} to {task['to']}")
    return cli("line", "task", "done", task["id"], "--serial", "B999999" if slip else task["card"])


def main():
    asked = 0
    while True:
        task = cli("line", "task").get("task")
        if not task:
            time.sleep(0.05)
            continue
        asked += 1
        slip = asked % 3 == 0 and "note" not in task
        print(task["id"], task["text"], task.get("note", ""), "-- slip" if slip else "", flush=True)
        answer(task, slip)


if __name__ == "__main__":
    main()
