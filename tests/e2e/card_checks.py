"""Checks of one card of a result folder: cards/<job>/ with its chip's files, its face, and the record of how it was made.

Each check takes the card's folder and the Folder that holds it, and raises Broken.
"""
import hashlib
import json
import pathlib
import re
import shutil
import struct
import tempfile
import unicodedata

from reading import (DG_NUMBERS, TOP, demand, dg11, dg13, digest_of, file_content, jpeg_size, kind, mrz_lines, objects,
                     read_tlv, run)

ID1_POINTS = (85.60 / 25.4 * 72, 53.98 / 25.4 * 72)  # ISO/IEC 7810
ID1_PIXELS = (85.60 / 25.4 * 300, 53.98 / 25.4 * 300)
HASHES = {"608648016503040201": "sha256", "608648016503040202": "sha384", "608648016503040203": "sha512"}
TERMINAL_ONLY = {3, 4}  # fingers and irises: signed for and on the card, but no reader at a border may read them
STEPS = ["chip_written", "chip_verified", "sent", "out", "verified"]


def groups_of(chip):
    """Number -> bytes of the data groups that are there; each file is named after its tag."""
    groups = {}
    for path in chip.iterdir():
        if not path.name.startswith("EF."):
            data = path.read_bytes()
            number = DG_NUMBERS.get(read_tlv(data)[0])
            demand(path.name == f"DG{number}", f"{path.name} is not what its tag says")
            groups[number] = data
    return groups


def check_signature(card, folder):
    """EF.SOD without its 77 is CMS that openssl verifies to the CSCA; its hashes are those of the files (9303-10 4.6.2)."""
    chip = card / "chip"
    cms = file_content(chip / "EF.SOD", 0x77)
    with tempfile.TemporaryDirectory() as scratch:
        content = pathlib.Path(scratch) / "security_object.der"
        run("openssl", "cms", "-verify", "-inform", "DER", "-purpose", "any", "-CAfile", folder.out / "trust" / "csca.pem",
            "-out", content, stdin=cms)
        security_object = file_content(content, 0x30)
    version, algorithm, values = list(objects(security_object))[:3]
    demand(version[1] in (b"\0", b"\1"), "the security object has another version than 0 or 1")
    name = HASHES.get(dict(objects(algorithm[1]))[0x06].hex())
    demand(name, "the security object uses another hash than SHA-2")
    hashes = {}
    for _, entry in objects(values[1]):
        number, digest = (value for _, value in objects(entry))
        hashes[int.from_bytes(number, "big")] = digest
    groups = groups_of(chip)
    demand(not TERMINAL_ONLY & set(groups), "fingerprints or irises were read without terminal authentication")
    demand(set(groups) == set(hashes) - TERMINAL_ONLY, f"EF.SOD lists the groups {sorted(hashes)}, the chip has {sorted(groups)}")
    for number, data in groups.items():
        demand(hashlib.new(name, data).digest() == hashes[number], f"the hash of DG{number} is not the one in EF.SOD")


def check_contents(card, _folder):
    """EF.COM lists what is there, and what a card must have is there (9303-10 4.6.1)."""
    chip = card / "chip"
    listed = dict(objects(file_content(chip / "EF.COM", 0x60)))[0x5C]
    groups = groups_of(chip)
    numbers = sorted(DG_NUMBERS.get(tag, 0) for tag in listed)
    demand([number for number in numbers if number not in TERMINAL_ONLY] == sorted(groups), "EF.COM lists other groups than there are")
    demand({1, 2, 11} <= set(groups), "DG1, DG2 or DG11 is missing")


def check_face(card, _folder):
    """Two pages of ID-1, SPECIMEN on both, and the MRZ of DG1 as text in three lines that follow each other."""
    face = card / "face.pdf"
    info = run("pdfinfo", "-f", "1", "-l", "9", face).stdout.decode()
    sizes = [(float(w), float(h)) for w, h in re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", info)]
    demand(len(sizes) == 2, "face.pdf has not two pages")
    for size in sizes:
        demand(all(abs(got - wanted) < 0.1 for got, wanted in zip(size, ID1_POINTS)), "a page is not of ID-1 size")
    pages = [run("pdftotext", "-layout", "-f", page, "-l", page, face, "-").stdout.decode() for page in (1, 2)]
    for number, page in enumerate(pages, 1):
        demand("SPECIMEN" in page, f"page {number} does not say SPECIMEN")
    lines = [re.sub(r"\s", "", line) for page in pages for line in page.splitlines()]
    wanted = mrz_lines(card / "chip")
    demand(any(lines[i:i + 3] == wanted for i in range(len(lines))), "the MRZ of DG1 is not on the face")


def check_pictures(card, _folder):
    """The pictures for people are of ID-1 size at 300 dpi."""
    for name in ("front.png", "back.png"):
        head = (card / name).read_bytes()[:24]
        demand(head[:8] == b"\x89PNG\r\n\x1a\n" and head[12:16] == b"IHDR", f"{name} is not a PNG")
        size = struct.unpack(">II", head[16:24])
        demand(all(abs(got - wanted) < 2 for got, wanted in zip(size, ID1_PIXELS)), f"{name} is {size[0]} x {size[1]}")


def latin(text):
    """Letters of a name as an MRZ may have them (9303-3 section 6A), in both ways where there are two."""
    ways = []
    for umlauts in ({"Ä": "AE", "Ö": "OE", "Ü": "UE", "Å": "AA", "Ø": "OE", "Ñ": "N"}, {"Ø": "O"}):
        letters = text.upper()
        for letter, written in (umlauts | {"Đ": "D", "Ð": "D", "Æ": "AE", "Œ": "OE", "ß": "SS", "Ł": "L", "Þ": "TH"}).items():
            letters = letters.replace(letter, written)
        letters = "".join(c for c in unicodedata.normalize("NFD", letters) if not unicodedata.combining(c))
        ways.append(sorted(re.findall(r"[A-Z]+", letters.replace("'", "").replace("’", ""))))
    return ways


def check_qr(card, _folder):
    """zbar reads one QR code on the two sides; what it says is what the chip says."""
    sides = [run("zbarimg", "--nodbus", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", card / side, may_fail=True)
             for side in ("front.png", "back.png")]
    codes = [code for side in sides for code in side.stdout.decode().splitlines() if code]
    demand(len(codes) == 1, f"zbarimg reads {len(codes)} QR codes")
    got = codes[0].split("|")
    chip = card / "chip"
    fields = dg13(chip)
    if fields:  # spec vn-cccd section 5
        def day(text):
            return text.replace("/", "")
        wanted = [fields[1][0], fields.get(15, [""])[0], fields[2][0], day(fields[3][0]), fields[4][0], fields[9][0],
                  day(fields[11][0])]
        demand(len(got) == len(wanted), f"the QR code has {len(got)} fields")
        wrong = [number for number, (a, b) in enumerate(zip(got, wanted), 1) if a != b]
        demand(not wrong, f"the QR code differs from DG13 in field {wrong}")
        demand(got[0] == mrz_lines(chip)[0][15:27], "the QR code's number is not in the MRZ")
        return
    first, second, third = mrz_lines(chip)
    demand(len(got) == 4, f"the QR code has {len(got)} fields")
    demand(got[0] == first[5:14].rstrip("<"), "the QR code's number is not the MRZ's")
    demand(sorted(third.replace("<", " ").split()) in latin(got[1]), "the QR code's name is not the MRZ's")
    demand((got[2][2:], got[3][2:]) == (second[:6], second[8:14]), "the QR code's dates are not the MRZ's")


def check_identity(card, _folder):
    """The groups agree with each other on number and name."""
    chip = card / "chip"
    first, _, third = mrz_lines(chip)
    holder, fields = dg11(chip), dg13(chip)
    demand(sorted(third.replace("<", " ").split()) in latin(holder[0x5F0E].replace("<", " ")), "DG11 has another name than DG1")
    if not fields:
        return
    demand(holder[0x5F10] == fields[1][0] == first[15:27], "DG1, DG11 and DG13 have different numbers")
    demand(fields[2][0].split() == holder[0x5F0E].replace("<", " ").split(), "DG13 has another name than DG11")


def check_portrait(card, folder):
    """DG2 holds one facial record (ISO/IEC 19794-5) whose lengths add up, with a whole JPEG of the size that it says."""
    group = dict(objects(file_content(card / "chip" / "DG2", 0x75)))[0x7F61]
    templates = dict(objects(group))
    demand(templates[0x02] == b"\1", "DG2 has not one picture")
    template = dict(objects(templates[0x7F60]))
    record = template.get(0x5F2E, template.get(0x7F2E, b""))
    demand(record[:8] == b"FAC\x00010\0", "there is no facial record in DG2")
    length, count, block, points = struct.unpack(">IHIH", record[8:20])
    demand((length, count, block) == (len(record), 1, len(record) - 14), "the facial record's lengths do not add up")
    info = 14 + 20 + 8 * points
    width, height = struct.unpack(">HH", record[info + 2:info + 6])
    image = record[info + 12:]
    demand(jpeg_size(image) == (width, height), "the portrait has another size than its record says")
    if shutil.which("djpeg"):
        run("djpeg", "-outfile", "/dev/null", stdin=image)
    demand(folder.seen("portrait", hashlib.sha256(image).digest(), card), "two cards have the same portrait")


def check_record(card, folder):
    """record.json is about this card, and what it says is in the log under the numbers that it gives."""
    record = json.loads((card / "record.json").read_text())
    job, attempt, blank = record["job"], record["attempt"], record["blank"]
    demand(job == card.name and attempt.rpartition("/")[0] == job, "record.json is about another job")
    demand(re.fullmatch("[0-9A-F]{84}", record["chip"]), "record.json does not name the chip by its identity")
    demand(record["face_reader"] == "face scanned" and record["document_signer"], "record.json lacks how it was checked")
    for what in ("chip", "blank"):
        demand(folder.seen(what, record[what], card), f"two cards have the same {what}")
    own = folder.hashes_of_templates()
    for what, where in (("template", "faces"), ("profile", "chips")):
        demand(own.get(record[what], "").startswith(where + "/"), f"record.json's {what} hash is of no file in templates/{where}")

    sequences = record["sequences"]
    demand(sequences == sorted(set(sequences)) and sequences[-1] < len(folder.events()), "record.json has wrong sequences")
    events = [folder.events()[number] for number in sequences]
    for event in events:
        data = event["data"]
        demand((event["subject"], data["job"], f'{job}/{data["attempt"]}', data["blank"]) == (job, job, attempt, blank),
               f'entry {event["sequence"]} of the log is about another card')
    demand((kind(events[0]), kind(events[-1])) == ("attempt.begun", "attempt.good"), "the sequences are not a whole attempt")
    begun = events[0]["data"]
    demand((begun["profile"], begun["template"]) == (record["profile"], record["template"]), "the log has other hashes")
    logged = {event["data"]["step"]: event["data"]["evidence"] for event in events if kind(event) == "attempt.step"}
    logged |= {"print": event["data"]["what"] for event in events if event["data"].get("act") == "print"}
    demand([name for name in logged if name != "print"] == STEPS and "print" in logged, "a step is not in the log")
    demand(record["evidence"] == logged, "record.json has other evidence than the log")


CARD_CHECKS = [check_signature, check_contents, check_face, check_pictures, check_qr, check_identity, check_portrait,
               check_record]


class Folder:
    """The result folder, with what is read once for all cards."""

    def __init__(self, out, events):
        self.out = out
        self._events = events
        self._seen = {}
        self._hashes = None

    def events(self):
        """The log's entries; Broken when the log cannot be read."""
        return self._events()

    def seen(self, what, value, card):
        """False when another card has the same value."""
        return self._seen.setdefault((what, value), card) == card

    def hashes_of_templates(self):
        if self._hashes is None:
            templates = TOP / "templates"
            self._hashes = {digest_of(path): str(path.relative_to(templates)) for path in templates.rglob("*.json")}
        return self._hashes
