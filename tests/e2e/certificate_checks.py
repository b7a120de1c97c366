"""The steps of certificates_test: changes the files, and looks from outside which certificate is served and what is journalled."""
import argparse
import hashlib
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time

from api_client import Published, Unix

CHANGED = "org.imprimatur.key.changed.v1"


class Station:
    def __init__(self, options):
        self.options = options
        self.tls = pathlib.Path(options.tls)
        self.after = -1

    def served(self, client="queue-1"):
        """SHA-256 of the certificate that the port shows to this client, once it has answered a request."""
        context = ssl.create_default_context(cafile=self.tls / "ca.pem")
        context.load_cert_chain(self.tls / f"{client}.pem", self.tls / f"{client}.key")
        with socket.create_connection(("127.0.0.1", self.options.port), 10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as stream:
                stream.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                assert stream.recv(1 << 16).startswith(b"HTTP/1.1 200"), "no answer over TLS"
                return hashlib.sha256(stream.getpeercert(True)).hexdigest()

    def soon(self, expected, client="queue-1"):
        """An entry is there before what it tells is in force: until then. `None` expects a refusal."""
        deadline = time.monotonic() + 10
        while True:
            try:
                found = self.served(client)
            except (ssl.SSLError, ConnectionError):
                found = None
            if found == expected:
                return
            assert time.monotonic() < deadline, f"{client} is shown {found}"

    def next_change(self):
        """The next entry about the certificates; waits for it."""
        for _ in range(3):
            client = Unix(self.options.socket)
            status, headers, text = client.ask("GET", f"/v1/events?after={self.after}&wait=20&limit=1&types={CHANGED}")
            assert status == 200, text
            entries = json.loads(text)
            self.after = int(entries[0]["sequence"]) if entries else int(headers["Imprimatur-Next"])
            if entries and entries[0]["data"]["key"] == "api-tls":
                return entries[0]["data"]
        raise AssertionError("no entry about the certificates came")

    def refusals(self):
        return pathlib.Path(self.options.log).read_text().count("API_CERTIFICATES_NOT_READ")

    def wait_for_refusal(self, before):
        deadline = time.monotonic() + 30
        while self.refusals() == before:
            assert time.monotonic() < deadline, "nothing was said about half a pair"
            time.sleep(0.05)

    def new_server_certificate(self):
        """Of the same authority, beside the old one."""
        def openssl(*words):
            subprocess.run(["openssl", *words], check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                "-keyout", self.tls / "next.key", "-out", self.tls / "next.csr")
        os.chmod(self.tls / "next.key", 0o600)
        openssl("ca", "-config", self.tls / "ca.conf", "-batch", "-notext", "-extensions", "server", "-in", self.tls / "next.csr",
                "-out", self.tls / "next.pem")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert((self.tls / "next.pem").read_text())).hexdigest()


def main():
    parser = argparse.ArgumentParser()
    for name in ("--socket", "--tls", "--log", "--tools"):
        parser.add_argument(name, required=True)
    for name in ("--port", "--daemon"):
        parser.add_argument(name, required=True, type=int)
    options = parser.parse_args()
    station = Station(options)
    first = station.served()

    os.kill(options.daemon, signal.SIGHUP)
    asked = station.next_change()
    assert asked["cause"] == "asked" and asked["certificate"] == first, asked
    assert asked["client_crl"] == hashlib.sha256((station.tls / "crl.pem").read_bytes()).hexdigest(), asked
    print("SIGHUP: read again and journalled")

    second = station.new_server_certificate()
    before = station.refusals()
    os.rename(station.tls / "next.pem", station.tls / "server.pem")
    station.wait_for_refusal(before)
    assert station.served() == first, "half a pair is in force"
    os.rename(station.tls / "next.key", station.tls / "server.key")
    changed = station.next_change()
    assert changed["cause"] == "files" and changed["certificate"] == second, changed
    station.soon(second)
    print("a new pair: half of it refused, the whole in force by itself")

    station.soon(second, "queue-2")
    subprocess.run([options.tools + "/test_certificates", "--revoke", str(station.tls), "queue-2"], check=True)
    revoked = station.next_change()
    assert revoked["cause"] == "files" and revoked["client_crl"] != asked["client_crl"], revoked
    station.soon(None, "queue-2")
    station.soon(second)
    print("a new list: in force by itself")

    crl = station.tls / "crl.pem"
    text = crl.read_bytes()
    before = station.refusals()
    crl.write_bytes(text[:len(text) // 2])
    station.wait_for_refusal(before)
    assert station.served() == second
    os.kill(options.daemon, signal.SIGHUP)
    station.wait_for_refusal(before + 1)
    crl.write_bytes(text)
    assert station.next_change()["client_crl"] == revoked["client_crl"]
    entries = json.loads(Unix(options.socket).ask("GET", f"/v1/events?limit=1000&types={CHANGED}")[2])
    published = Published()
    for entry in entries:
        published.message(json.dumps(entry))
    causes = [entry["data"]["cause"] for entry in entries if entry["data"]["key"] == "api-tls"]
    assert causes == ["asked", "files", "files", "files"], causes
    print("half a list: refused, by the files and by SIGHUP; nothing that was refused is in the journal")


if __name__ == "__main__":
    main()
