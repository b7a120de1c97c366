#!/usr/bin/python3
"""Follows the status socket with python3-websockets until ISSUED jobs are issued; one entry a line. Comes again with its cursor."""
import asyncio
import json
import os
import ssl
import sys

import websockets


def control(kind, **data):
    return json.dumps({"specversion": "1.0", "id": kind, "source": "urn:example:python",
                       "type": f"org.imprimatur.control.{kind}.v1", "data": data})


async def main():
    tls, after, epoch, issued = os.environ["TLS"], -1, "", 0
    context = ssl.create_default_context(cafile=f"{tls}/ca.pem")
    context.load_cert_chain(f"{tls}/auditor-1.pem", f"{tls}/auditor-1.key")
    while issued < int(os.environ["ISSUED"]):
        try:
            async with websockets.connect(f"wss://localhost:{os.environ['PORT']}/v1/events", ssl=context,
                                          subprotocols=["cloudevents.json"]) as socket:
                await socket.send(control("subscribe", after=after, epoch=epoch, credit=50))
                async for text in socket:
                    event = json.loads(text)
                    if "sequence" not in event:
                        continue
                    print(text, flush=True)
                    after, epoch = int(event["sequence"]), event["id"].split("-")[0]
                    issued += event["type"] == "org.imprimatur.job.issued.v1"
                    await socket.send(control("ack", after=after, credit=1))
                    if issued == int(os.environ["ISSUED"]):
                        return
        except (OSError, websockets.WebSocketException) as error:
            print(f"again: {error}", file=sys.stderr)
            await asyncio.sleep(0.1)


asyncio.run(main())
