#!/usr/bin/python3
"""Builds the fonts that faces are printed with from the distribution's fonts.

usage: build_fonts.py OUTPUT_FOLDER [--pin]

For each entry of fonts.json: checks the SHA-256 of the source file, keeps only the characters that faces
need, turns cubic outlines (CFF) into quadratic ones, replaces composite glyphs by their outlines, drops
every table a PDF does not need, and writes OUTPUT_FOLDER/NAME.ttf. The result is compared with the pinned
SHA-256; --pin writes the hashes of what was built into fonts.json instead (review the change).

Composite glyphs go because PDF writers that subset fonts are known to follow them only one level deep,
which silently prints wrong Vietnamese names. Needs python3-fonttools; the pinned hashes are those of the
version that fonts.json names, since another version may write other bytes for the same outlines.
"""
import hashlib
import json
import pathlib
import sys

from fontTools import version as fonttools_version
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

HERE = pathlib.Path(__file__).resolve().parent
KEPT_TABLES = {"GlyphOrder", "head", "hhea", "maxp", "OS/2", "hmtx", "cmap", "loca", "glyf", "post", "name"}
CURVE_ERROR_PER_MILLE = 0.5  # largest distance of a quadratic outline from the cubic one, 1/1000 em


def characters(ranges):
    """Code points of "0020-007E 0110 …"."""
    wanted = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        wanted.update(range(int(first, 16), int(last or first, 16) + 1))
    return wanted


def subset(font, wanted, name):
    missing = [f"U+{point:04X}" for point in sorted(wanted - set(font.getBestCmap()))]
    if missing:
        sys.exit(f"{name}: the source font lacks {' '.join(missing)}")
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.legacy_cmap = False
    options.name_IDs = [1, 2, 4, 6]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)


def to_simple_truetype(font):
    """Every glyph as one quadratic outline of its own; CFF becomes glyf."""
    glyph_set = font.getGlyphSet()
    error = font["head"].unitsPerEm * CURVE_ERROR_PER_MILLE / 1000
    cubic = "glyf" not in font
    glyphs = {}
    for glyph_name in font.getGlyphOrder():
        outline = DecomposingRecordingPen(glyph_set)
        glyph_set[glyph_name].draw(outline)
        pen = TTGlyphPen(None)
        outline.replay(Cu2QuPen(pen, error, reverse_direction=True) if cubic else pen)
        glyphs[glyph_name] = pen.glyph()
    if cubic:
        make_glyf_tables(font)
    font["glyf"].glyphs = glyphs
    font["glyf"].glyphOrder = font.getGlyphOrder()
    for glyph in glyphs.values():
        glyph.recalcBounds(font["glyf"])
        if glyph.isComposite():
            sys.exit("a composite glyph was left")
    metrics = font["hmtx"].metrics
    for glyph_name, glyph in glyphs.items():
        metrics[glyph_name] = (metrics[glyph_name][0], getattr(glyph, "xMin", 0))


def make_glyf_tables(font):
    del font["CFF "]
    font["glyf"] = newTable("glyf")
    font["loca"] = newTable("loca")
    old = font["maxp"]
    font["maxp"] = new = newTable("maxp")
    new.tableVersion = 0x00010000
    new.numGlyphs = old.numGlyphs
    for field in ("maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours", "maxTwilightPoints",
                  "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
                  "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth"):
        setattr(new, field, 0)
    new.maxZones = 1
    font.sfntVersion = "\x00\x01\x00\x00"


def build(entry, folder):
    source = pathlib.Path(entry["source"])
    if not source.is_file():
        sys.exit(f"{source} is missing: install the Debian package {entry['package']}")
    found = hashlib.sha256(source.read_bytes()).hexdigest()
    if found != entry["source_sha256"]:
        sys.exit(f"{source} is not the pinned font: SHA-256 {found}")
    font = TTFont(source, recalcTimestamp=False)
    subset(font, characters(entry["characters"]), entry["name"])
    to_simple_truetype(font)
    post = font["post"]
    post.formatType = 3.0
    post.extraNames, post.mapping, post.glyphOrder = [], {}, None
    for tag in [tag for tag in font.keys() if tag not in KEPT_TABLES]:
        del font[tag]
    target = folder / f"{entry['name']}.ttf"
    part = target.with_suffix(".part")
    font.save(part, reorderTables=True)
    part.rename(target)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def main():
    arguments = sys.argv[1:]
    pin = "--pin" in arguments
    folders = [argument for argument in arguments if argument != "--pin"]
    if len(folders) != 1:
        sys.exit(__doc__)
    folder = pathlib.Path(folders[0])
    folder.mkdir(parents=True, exist_ok=True)
    list_file = HERE / "fonts.json"
    fonts = json.loads(list_file.read_text("utf-8"))
    for entry in fonts["fonts"]:
        found = build(entry, folder)
        if pin:
            entry["sha256"] = found
        elif found != entry["sha256"]:
            sys.exit(f"{entry['name']}.ttf came out as SHA-256 {found}, pinned is {entry['sha256']}; built with "
                     f"fonttools {fonttools_version}, pinned with {fonts['fonttools']}. Look at the font, then "
                     "pin it with --pin.")
    if pin:
        fonts["fonttools"] = fonttools_version
        list_file.write_text(json.dumps(fonts, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
