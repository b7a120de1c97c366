"""What the API's end-to-end tests share: a client for the Unix socket, and the published schemas. Only the standard library and
python3-jsonschema."""
import http.client
import json
import pathlib
import socket

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "src/api/schemas"


class Unix(http.client.HTTPConnection):
    def __init__(self, path, timeout=30):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def ask(self, method, target, body=None):
        self.request(method, target, body=body)
        answer = self.getresponse()
        return answer.status, answer.headers, answer.read()


class Published:
    """The schemas, and what they say about a message."""

    def __init__(self):
        self.http = json.loads((SCHEMAS / "openapi.json").read_text())
        self.socket = json.loads((SCHEMAS / "asyncapi.json").read_text())
        for document in (self.http, self.socket):
            for schema in document["components"]["schemas"].values():
                jsonschema.Draft202012Validator.check_schema(schema)
        self.checked = set()
        resolver = jsonschema.RefResolver("", self.socket)
        self.messages = {name: jsonschema.Draft202012Validator(message["payload"], resolver=resolver)
                         for name, message in self.socket["components"]["messages"].items() if name != "entry"}

    def _validate(self, document, schema, value):
        resolver = jsonschema.RefResolver("", document)
        jsonschema.Draft202012Validator(schema, resolver=resolver).validate(value)

    def sent(self, method, path, text):
        """Checks what was sent with the call `path` and taken."""
        content = self.http["paths"][path][method.lower()]["requestBody"]["content"]
        if "application/json" in content:
            self._validate(self.http, content["application/json"]["schema"], json.loads(text))

    def answer(self, method, path, status, media, text):
        """Checks an answer of the call `path`, as the document names it."""
        media = media.split(";")[0]
        responses = self.http["paths"][path][method.lower()]["responses"]
        content = responses.get(str(status), responses["default"])["content"]
        schema = content[media]["schema"]
        if media == "application/x-ndjson":
            values = [json.loads(line) for line in text.splitlines()]
        elif media.endswith("json"):
            values = [json.loads(text)]
        else:
            values = [text.decode(errors="replace")]
        for value in values:
            self._validate(self.http, schema, value)
        self.checked.add(f"{method.lower()} {path} {status}")

    def message(self, text):
        """Checks a message of the status socket; its name: of an entry, its type without prefix and version."""
        event = json.loads(text)
        name = event["type"].removeprefix("org.imprimatur.").removesuffix(".v1").removeprefix("control.")
        if name not in self.messages:
            raise jsonschema.ValidationError(f"no schema has the type {event['type']}")
        self.messages[name].validate(event)
        self.checked.add(name)
        return name

    def entry_types(self):
        """Types of the journal that have a schema."""
        entry = {"$ref": "#/components/schemas/entry"}
        return {name for name, message in self.socket["components"]["messages"].items()
                if entry in message["payload"].get("allOf", [])}
