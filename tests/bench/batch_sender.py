"""A queue that hands in batches while the daemon is killed, and what became of the jobs that were acknowledged to it."""
import http.client
import json
import multiprocessing
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from api_client import Unix  # noqa: E402

LINES = 10
PAUSE_S = 0.05


def send_batches(path, lines, acknowledged, stop):
    """Batch after batch, round and round: one without a whole answer is sent again. A process of its own."""
    at = 0
    with open(acknowledged, "w", encoding="ascii") as kept:
        while not stop.is_set():
            batch = [lines[(at + i) % len(lines)] for i in range(min(LINES, len(lines)))]
            try:
                status, _, text = Unix(path, 20).ask("POST", "/v1/jobs:batch", b"\n".join(batch))
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
                continue
            if status != 200:
                continue  # the station was stopping, or had no room
            for line in text.splitlines():
                answer = json.loads(line)
                if answer["status"] in (200, 202):
                    kept.write(answer["id"] + "\n")
            kept.flush()
            at += len(batch)
            time.sleep(PAUSE_S)


class BatchSender:
    def __init__(self, path, files, acknowledged):
        self.path, self.acknowledged = path, acknowledged
        lines = [file.read_bytes().replace(b"\n", b" ") for file in files]
        self.stop_event = multiprocessing.Event()
        self.process = multiprocessing.Process(target=send_batches, args=(path, lines, acknowledged, self.stop_event), daemon=True)
        self.process.start()

    def stop(self):
        self.stop_event.set()
        self.process.join()

    def outcome(self):
        """How many jobs were acknowledged, how many of them the station does not have, and how many were received twice."""
        acknowledged = set(pathlib.Path(self.acknowledged).read_text(encoding="ascii").split())
        received, after, client = {}, -1, Unix(self.path)
        while True:
            _, headers, text = client.ask("GET", f"/v1/events?after={after}&limit=1000&types=org.imprimatur.job.received.v1")
            for event in json.loads(text):
                received[event["subject"]] = received.get(event["subject"], 0) + 1
            if int(headers["Imprimatur-Next"]) == after:
                break
            after = int(headers["Imprimatur-Next"])
        lost = sum(1 for job in acknowledged if job not in received or client.ask("GET", f"/v1/jobs/{job}")[0] != 200)
        return len(acknowledged), lost, sum(count - 1 for count in received.values())
