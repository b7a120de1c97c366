"""What the tests read of chips, logs and programs: our own small readers of the standards, apart from the code under test."""
import hashlib
import json
import pathlib
import re
import struct
import subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
# ICAO 9303-10 table 36: tag of an elementary file -> its number.
DG_NUMBERS = {0x61: 1, 0x75: 2, 0x63: 3, 0x76: 4, 0x67: 7, 0x6B: 11, 0x6C: 12, 0x6D: 13, 0x6E: 14, 0x6F: 15}
ENTRIES_PER_BUNDLE = 256
LIMIT_S = 120


class Broken(Exception):
    """A check that does not hold; the text never tells personal data."""


def demand(holds, complaint):
    if not holds:
        raise Broken(complaint)


def run(*command, stdin=None, env=None, may_fail=False):
    done = subprocess.run([str(part) for part in command], input=stdin, env=env, capture_output=True, timeout=LIMIT_S,
                          check=False)
    if done.returncode != 0 and not may_fail:
        what = (done.stderr + done.stdout).decode(errors="replace").strip()[:300]
        raise Broken(f"{pathlib.Path(str(command[0])).name} answered {done.returncode}: {what}")
    return done


# -- BER (ISO 8825-1) ------------------------------------------------------------------------------------------

def read_tlv(data, offset=0):
    """(tag, value, end) of the object at `offset`. Broken when it does not end within `data`."""
    start = offset
    try:
        if data[offset] & 0x1F == 0x1F:
            offset += 1
            while data[offset] & 0x80:
                offset += 1
        offset += 1
        tag = int.from_bytes(data[start:offset], "big")
        length = data[offset]
        offset += 1
        if length & 0x80:
            width = length & 0x7F
            length = int.from_bytes(data[offset:offset + width], "big")
            offset += width
    except IndexError:
        raise Broken("an object is cut off") from None
    demand(offset + length <= len(data), "an object is longer than what holds it")
    return tag, data[offset:offset + length], offset + length


def objects(data):
    """(tag, value) of the objects that make up `data`."""
    offset = 0
    while offset < len(data):
        tag, value, offset = read_tlv(data, offset)
        yield tag, value


def file_content(path, tag):
    """The value of a file that is one object with this tag."""
    data = path.read_bytes()
    found, value, end = read_tlv(data)
    demand(found == tag, f"{path.name} has the tag {found:X} and not {tag:X}")
    demand(end == len(data), f"{path.name} goes on after its object")
    return value


# -- files of the chip -----------------------------------------------------------------------------------------

def mrz_lines(chip):
    """The three lines of DG1 (TD1)."""
    mrz = dict(objects(file_content(chip / "DG1", 0x61)))[0x5F1F].decode("ascii")
    demand(len(mrz) == 90, "DG1 has no MRZ of 90 characters")
    return [mrz[:30], mrz[30:60], mrz[60:]]


def dg11(chip):
    """Tag -> text; the list of tags (5C) left out."""
    return {tag: value.decode() for tag, value in objects(file_content(chip / "DG11", 0x6B)) if tag != 0x5C}


def dg13(chip):
    """Field id -> texts, as public readers take it (spec vn-cccd section 7). None: the chip has no DG13."""
    if not (chip / "DG13").exists():
        return None
    items = list(objects(file_content(chip / "DG13", 0x6D)))
    if len(items) == 1 and items[0][0] == 0x30:
        items = list(objects(items[0][1]))
    fields = {}
    for _, item in items:
        parts = list(objects(item))
        texts = []
        for tag, value in parts[1:]:
            texts += [inner.decode() for _, inner in objects(value)] if tag == 0x30 else [value.decode()]
        fields[int.from_bytes(parts[0][1], "big")] = texts
    return fields


# -- JPEG (ITU-T T.81) -----------------------------------------------------------------------------------------

def jpeg_size(image):
    """(width, height) after walking all segments by their declared lengths, to the end of the image."""
    demand(image[:2] == b"\xff\xd8" and image[-2:] == b"\xff\xd9", "the portrait is not a whole JPEG")
    offset, size = 2, None
    while True:
        demand(offset + 4 <= len(image) and image[offset] == 0xFF, "the portrait's segments do not follow each other")
        marker, length = image[offset + 1], int.from_bytes(image[offset + 2:offset + 4], "big")
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", image[offset + 5:offset + 9])
            size = (width, height)
        offset += 2 + length
        if marker == 0xDA:  # start of scan: entropy-coded data until the end of the image
            break
    demand(size is not None and offset < len(image) - 2, "the portrait has no picture in it")
    rest = re.sub(rb"\xff[\x00\xd0-\xd7]", b"", image[offset:-2])
    demand(b"\xff\xd9" not in rest, "the portrait ends twice")
    return size


# -- the audit log (C2SP tlog-tiles) ---------------------------------------------------------------------------

def tile_name(index):
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.insert(0, f"x{index % 1000:03}")
    return "/".join(parts)


def log_size(log):
    """As the newest checkpoint says."""
    return int((log / "checkpoint").read_text().splitlines()[1])


def log_entries(log):
    """The entries' bytes, in order."""
    size = log_size(log)
    entries = []
    for index in range((size + ENTRIES_PER_BUNDLE - 1) // ENTRIES_PER_BUNDLE):
        width = min(ENTRIES_PER_BUNDLE, size - index * ENTRIES_PER_BUNDLE)
        name = tile_name(index) + (f".p/{width}" if width < ENTRIES_PER_BUNDLE else "")
        data = (log / "tile" / "entries" / name).read_bytes()
        offset = 0
        while offset < len(data):
            length = int.from_bytes(data[offset:offset + 2], "big")
            entries.append(data[offset + 2:offset + 2 + length])
            offset += 2 + length
    demand(len(entries) == size, f"the log's bundles have {len(entries)} entries, its checkpoint says {size}")
    return entries


def parsed_log(log):
    """The entries as objects; each is what RFC 8785 would write, and counts itself."""
    events = []
    for number, entry in enumerate(log_entries(log)):
        event = json.loads(entry)
        canonical = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        demand(canonical == entry, f"entry {number} is not in canonical form")
        demand(event["sequence"] == str(number) and event["specversion"] == "1.0", f"entry {number} has another number")
        events.append(event)
    return events


def kind(event):
    """"attempt.begun" of "org.imprimatur.attempt.begun.v1"."""
    return event["type"].removeprefix("org.imprimatur.").removesuffix(".v1")


def digest_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
