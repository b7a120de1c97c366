#!/usr/bin/python3
"""Makes every call of a running station, listens to its socket, and checks every message against the published schemas.

usage: schema_checks.py SOCKET FOLDER_OF_ENVELOPES
"""
import asyncio
import json
import pathlib
import sys

import websockets

from api_client import Published, Unix


def calls(client, published, envelopes):
    """One call of each row, and refusals of all kinds."""
    def ask(method, path, target=None, body=None, expect=200):
        status, headers, text = client.ask(method, target or path, body)
        if status != expect and (expect is not None or status >= 500):
            sys.exit(f"{method} {target or path}: {status}, not {expect}: {text[:300]}")
        if body is not None and status < 300:
            published.sent(method, path, body)
        published.answer(method, path, status, headers["Content-Type"], text)
        return text
    first, second, *rest = [path.read_bytes() for path in envelopes]
    job = json.loads(ask("POST", "/v1/jobs", body=first, expect=202))["id"]
    ask("POST", "/v1/jobs", body=first)
    ask("POST", "/v1/jobs", body=b"{}", expect=400)
    lines = ask("POST", "/v1/jobs:batch", body=b"\n".join([first, second, b"no job", *rest])).splitlines()
    told = [json.loads(line)["status"] for line in lines]
    if told != [200, 202, 400] + [202] * len(rest):
        sys.exit(f"the batch was answered {told}")
    ask("GET", "/v1/jobs", "/v1/jobs?limit=2")
    ask("GET", "/v1/jobs", "/v1/jobs?limit=0", expect=400)
    ask("GET", "/v1/jobs/{id}", f"/v1/jobs/{job}")
    ask("GET", "/v1/jobs/{id}", "/v1/jobs/none", expect=404)
    for act in ("hold", "release", "hold"):
        ask("POST", f"/v1/jobs/{{id}}/{act}", f"/v1/jobs/{job}/{act}")
    ask("POST", "/v1/jobs/{id}/hold", f"/v1/jobs/{job}/hold", expect=409)
    ask("POST", "/v1/jobs/{id}/cancel", f"/v1/jobs/{job}/cancel")
    line = json.loads(ask("GET", "/v1/station"))["line"]
    for act in ("pause", "resume"):
        ask("POST", f"/v1/lines/{{line}}/{act}", f"/v1/lines/{line}/{act}")
    ask("GET", "/v1/lines/{line}/task", f"/v1/lines/{line}/task")  # a machine moves this line's cards: no question
    ask("POST", "/v1/lines/{line}/task", f"/v1/lines/{line}/task", body=b'{"id":"task-1","answer":"done"}', expect=409)
    ask("POST", "/v1/jobs/{id}/deliver", f"/v1/jobs/{job}/deliver", expect=409)
    blanks = "".join(f"V00000{n},utopia-id,{n:084d}\n" for n in (1, 2, 3))
    ask("POST", "/v1/stock/receive", "/v1/stock/receive?to=vault", body=f"serial,class,chip_id\n{blanks}".encode())
    ask("POST", "/v1/stock/move", body=b'{"serials":["V000001..V000002"],"to":"sample","reason":"for the authority"}')
    ask("POST", "/v1/stock/count", body=b'{"class":"utopia-id","place":"vault","serials":["V000003"]}')
    ask("POST", "/v1/stock/count", body=b'{"class":"utopia-id","place":"vault","number":1}')
    ask("GET", "/v1/stock")
    for proposal in ({"statement": "destroy", "serials": ["V000001"]},
                     {"statement": "write_off", "class": "utopia-id", "place": "vault", "serials": ["V000003"]}):
        ask("POST", "/v1/statements", body=json.dumps(proposal | {"reason": "not needed", "hours": 1}).encode())
    ask("GET", "/v1/statements")
    ask("POST", "/v1/statements", body=b'{"statement":"none"}', expect=None)  # refused, in whichever way
    ask("POST", "/v1/stock/move", body=b'{}', expect=None)
    ask("POST", "/v1/stock/count", body=b'{}', expect=None)
    ask("POST", "/v1/shifts/open")
    ask("POST", "/v1/shifts/close", expect=None)
    ask("POST", "/v1/stock/receive", body=b"no,receipt\n", expect=422)
    ask("GET", "/v1/events", "/v1/events?after=-1&limit=1000")
    ask("GET", "/v1/events", "/v1/events?after=99999", expect=409)
    ask("GET", "/v1/log/{path}", "/v1/log/checkpoint")
    for path in ("/v1/problems", "/openapi.json", "/asyncapi.json", "/metrics", "/readyz", "/healthz"):
        ask("GET", path)
    for name, document in (("/openapi.json", published.http), ("/asyncapi.json", published.socket)):
        if json.loads(client.ask("GET", name)[2]) != document:
            sys.exit(f"{name} is not what is published")
    return job


async def subscribe(path, published, **data):
    message = json.dumps({"specversion": "1.0", "id": "1", "source": "urn:test", "type": "org.imprimatur.control.subscribe.v1",
                          "data": {"after": -1, "credit": 10000} | data})
    published.message(message)
    connection = await websockets.unix_connect(path, uri="ws://localhost/v1/events", subprotocols=["cloudevents.json"])
    await connection.send(message)
    return connection


async def hear(connection, published, until):
    """Checks messages until one has all names of `until` heard; gives the entries' sequences."""
    wanted, sequences = set(until), []
    while wanted:
        text = await asyncio.wait_for(connection.recv(), 20)
        name = published.message(text)
        if name in published.entry_types():
            sequences.append(int(json.loads(text)["sequence"]))
            name = "entry"
        wanted.discard(name)
    return sequences


async def listen(path, published, job):
    plain = await subscribe(path, published, progress=True)
    sequences = await hear(plain, published, ["entry", "progress"])
    if sequences != list(range(len(sequences))):
        sys.exit(f"the socket told {sequences}")
    other = await subscribe(path, published, epoch="0000000000000000", after=5)
    await hear(other, published, ["resync", "entry"])
    filtered = await subscribe(path, published, filter={"job": job, "types": ["org.imprimatur.job."]})
    await hear(filtered, published, ["entry", "bookmark"])
    ack = json.dumps({"specversion": "1.0", "id": "2", "source": "urn:test", "type": "org.imprimatur.control.ack.v1",
                      "data": {"after": 10**9, "credit": 1}})
    published.message(ack)
    await filtered.send(ack)  # of what was not sent
    await hear(filtered, published, ["bye"])
    await plain.close()
    await other.close()


def main():
    path, folder = sys.argv[1:]
    published = Published()
    job = calls(Unix(path), published, sorted(pathlib.Path(folder).glob("*.json")))
    asyncio.run(listen(path, published, job))
    made = {call.rsplit(" ", 1)[0] for call in published.checked if "/" in call}
    named = {f"{method} {p}" for p, methods in published.http["paths"].items() for method in methods}
    if named - made:
        sys.exit(f"no call was made of {sorted(named - made)}")
    others = set(published.messages) - published.entry_types()
    if others - published.checked:
        sys.exit(f"no message was seen of {sorted(others - published.checked)}")
    print(f"{len(published.checked)} kinds of messages are as published")


if __name__ == "__main__":
    main()
