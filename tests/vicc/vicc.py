#!/usr/bin/python3
"""Runs Debian's vicc with an ISO/IEC 7816 card: vicc.py PORT. Ends when its reader goes away.

vicc 3.3 does not run as it is packaged; this corrects it in memory:
- its module is not on Python's path, and wants PyCrypto, which Debian 12 has as Cryptodome only;
- a write command without Le compares None with a number;
- vpcd sends a command in two small packets, and the kernel waits 40 ms for the second: acknowledge at once.
The reader may not listen yet: connecting is tried for ten seconds.
"""
import importlib
import importlib.abc
import importlib.util
import select
import socket
import sys
import time

SITE = "/usr/lib/python3/site-packages/virtualsmartcard"


class CryptoIsCryptodome(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name == "Crypto" or name.startswith("Crypto."):
            return importlib.util.spec_from_loader(name, self)
        return None

    def create_module(self, spec):
        return importlib.import_module("Cryptodome" + spec.name[len("Crypto"):])

    def exec_module(self, module):
        pass


class PromptSocket(socket.socket):
    def recv(self, size, *flags):
        self.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        data = super().recv(size, *flags)
        while 2 < len(data) < size:  # a long command comes in pieces, which vicc does not expect
            more = super().recv(size - len(data), *flags)
            if not more:
                break
            data += more
        return data


def connect(host, port):
    ends = time.monotonic() + 10
    while True:
        sock = PromptSocket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.connect((host, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError:
            sock.close()
            if time.monotonic() > ends:
                raise
            select.select([], [], [], 0.02)


def main():
    sys.path.insert(0, SITE)
    sys.meta_path.insert(0, CryptoIsCryptodome())
    from virtualsmartcard.VirtualSmartcard import Iso7816OS, VirtualICC

    format_result = Iso7816OS.formatResult
    Iso7816OS.formatResult = lambda self, seekable, le, data, sw, sm: format_result(
        self, seekable, 0 if le is None else le, data, sw, sm)
    VirtualICC.connectToPort = staticmethod(connect)
    VirtualICC(None, "iso7816", "127.0.0.1", int(sys.argv[1])).run()


if __name__ == "__main__":
    main()
