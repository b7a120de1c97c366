"""The cheapest client of the status socket that there can be, so that a bench measures the server: RFC 6455 by hand over a Unix
socket, one entry a frame, no masking key but zero, no check of what it need not look at."""
import json
import re
import socket
import struct

SEQUENCE = re.compile(rb'"sequence":"([0-9]+)"')
TIME = re.compile(rb'"time":"([^"]+)"')


def control(kind, **data):
    return json.dumps({"specversion": "1.0", "id": kind, "source": "urn:bench", "type": f"org.imprimatur.control.{kind}.v1",
                       "data": data}).encode()


class RawSocket:
    def __init__(self, path, timeout=30):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.socket.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                            b"Sec-WebSocket-Protocol: cloudevents.json\r\n\r\n")
        self.buffer = bytearray()
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(head.decode(errors="replace"))
        self.buffer = bytearray(rest)

    def _more(self):
        part = self.socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server hung up")
        self.buffer += part

    def _send(self, opcode, payload):
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        self.socket.sendall(bytes([0x80 | opcode]) + length + bytes(4) + payload)

    def subscribe(self, after, credit=10000, **more):
        self._send(1, control("subscribe", after=after, credit=credit, **more))

    def acknowledge(self, after, credit):
        self._send(1, control("ack", after=after, credit=credit))

    def message(self):
        """The next text message."""
        while True:
            frame = self._frame()
            if frame is None:
                self._more()
                continue
            opcode, payload = frame
            if opcode == 9:
                self._send(10, payload)
            elif opcode == 8:
                raise ConnectionError("closed")
            elif opcode in (0, 1):
                return payload

    def _frame(self):
        buffer = self.buffer
        if len(buffer) < 4:
            return None
        size, begin = buffer[1], 2
        if size == 126:
            size, begin = struct.unpack_from(">H", buffer, 2)[0], 4
        elif size == 127:
            if len(buffer) < 10:
                return None
            size, begin = struct.unpack_from(">Q", buffer, 2)[0], 10
        if len(buffer) < begin + size:
            return None
        opcode, payload = buffer[0] & 15, bytes(buffer[begin:begin + size])
        del buffer[:begin + size]
        return opcode, payload

    def entry(self):
        """Sequence and bytes of the next journal entry."""
        while True:
            text = self.message()
            found = SEQUENCE.search(text)
            if found:
                return int(found[1]), text
            if b"control.bye" in text:
                raise ConnectionError("bye")

    def close(self):
        self.socket.close()
