"""Looks for what tells who a holder is, in files that must not tell it: plain, in other letters, in hex and in base64."""
import base64
import json
import pathlib
import re
import unicodedata
import urllib.parse

from reading import Broken, demand, dg11, dg13, mrz_lines

# A needle that base64 text could contain by chance must be longer than one that it cannot.
LEAST = 6
LEAST_IN_BASE64 = 9
SCAN_WIDTH = 6


def folded(text):
    """Without marks, Đ as D: how a careless program writes Vietnamese."""
    text = text.replace("Đ", "D").replace("đ", "d")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def parts_of(address):
    return [address, *re.split(r"\s*[,<]\s*", address)]


def texts_of_chip(chip):
    """Names, numbers, address, parents, MRZ lines, as the files of one chip have them."""
    texts = set()
    for line in mrz_lines(chip):
        texts |= {line, line.rstrip("<")}
    for tag, text in dg11(chip).items():
        if tag == 0x5F0E:  # name: primary<<secondary, ICAO 9303-10 table 48
            primary, _, secondary = (part.replace("<", " ") for part in text.partition("<<"))
            texts |= {text, f"{primary} {secondary}", f"{secondary} {primary}", primary, secondary}
        elif tag == 0x5F2B:
            texts |= {f"{text[:4]}-{text[4:6]}-{text[6:]}", f"{text[6:]}/{text[4:6]}/{text[:4]}"}
        else:
            texts.update(parts_of(text))
    for number, values in (dg13(chip) or {}).items():
        if number not in (4, 5, 11, 12):  # sex, nationality and the card's dates tell nobody's name
            for value in values:
                texts.update(parts_of(value))
    return texts


def texts_of_job(envelope):
    """The same of an approved job."""
    document = json.loads(envelope["document"])
    holder, product = document["holder"], document["product_data"]
    texts = set(document["mrz"]) | {line.rstrip("<") for line in document["mrz"]}
    texts |= {holder[name] for name in ("name_printed", "personal_number", "previous_number", "identifying_features",
                                        "birth_date", "primary_identifier", "secondary_identifier")}
    texts |= set(parts_of(holder["residence"])) | set(parts_of(holder["place_of_origin"]))
    texts |= {product.get("ethnic_group", ""), product.get("religion", ""), *product.get("parents", []),
              *product.get("spouse", [])}
    return texts


def forms_of(text):
    """(how, bytes) of every way in which the text may have been written."""
    for plain in {text, text.upper(), text.lower(), folded(text), folded(text).upper(), folded(text).lower()}:
        yield "plain", plain.encode()
        yield "decomposed", unicodedata.normalize("NFD", plain).encode()
        yield "JSON-escaped", json.dumps(plain)[1:-1].encode()
        yield "percent-encoded", urllib.parse.quote(plain).encode()
    raw = text.encode()
    yield "hex", raw.hex().encode()
    yield "hex", raw.hex().upper().encode()
    for shift in range(3):  # base64 depends on where the text begins; what its neighbours change is cut off
        coded = base64.b64encode(b"\0" * shift + raw + b"\0" * (-(shift + len(raw)) % 3))
        spoilt = -(shift + len(raw)) % 3
        core = coded[(0, 2, 3)[shift]:len(coded) - (0, 2, 3)[spoilt]]
        yield "base64", core
        yield "base64", core.replace(b"+", b"-").replace(b"/", b"_")


class Needles:
    """What must not be found. Found by its first bytes, so that many needles cost no more than one."""

    def __init__(self):
        self.texts = 0
        self.by_head = {}

    def add(self, texts, whose):
        for text in texts:
            if len(text.encode()) < LEAST:
                continue
            self.texts += 1
            for how, form in forms_of(text):
                least = LEAST_IN_BASE64 if re.fullmatch(rb"[A-Za-z0-9+/_-]*", form) else LEAST
                if len(form) >= least:
                    self.by_head.setdefault(form[:SCAN_WIDTH], {})[form] = (how, whose)

    def find(self, data):
        """(how it was written, whose) of the first needle in `data`, or None."""
        for offset in range(len(data) - SCAN_WIDTH + 1):
            for form, told in self.by_head.get(data[offset:offset + SCAN_WIDTH], {}).items():
                if data.startswith(form, offset):
                    return told
        return None

    def demand_none_in(self, name, data):
        found = self.find(data)
        if found:
            raise Broken(f"{name} tells something about the holder of job {found[1]} ({found[0]})")

    def demand_none_under(self, folder):
        """Every file under `folder` (or the file itself). How many were read."""
        folder = pathlib.Path(folder)
        files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
        for path in files:
            self.demand_none_in(str(path.relative_to(folder.parent)), path.read_bytes())
        demand(files, f"there is nothing in {folder.name} to look at")
        return len(files)
