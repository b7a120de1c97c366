#!/usr/bin/python3
"""Draws harbour-crest.png, the emblem of the fictional Harbour Authority: a compass star over waves, on white.

usage: make_crest.py FILE      the same bytes on every run
"""
import math
import struct
import sys
import zlib

SIZE = 240          # pixels
SAMPLES = 4         # in each direction, for smooth edges
NAVY, STEEL, AMBER, WHITE = (20, 48, 77), (29, 64, 97), (227, 154, 45), (255, 255, 255)


def colour_at(x, y):
    """Of a point; the middle is 0, 0 and the edge of the picture 1."""
    radius, angle = math.hypot(x, y), math.atan2(x, -y)
    if radius > 0.97:
        return WHITE
    if radius > 0.88:
        return NAVY
    if radius > 0.84:
        return WHITE
    for rays, length, width, colour in ((8, 0.78, 0.36, NAVY), (4, 0.78, 0.36, AMBER)):
        turn = math.pi / 4 if colour is NAVY else 0
        step = 2 * math.pi / 4
        offset = (angle - turn + step / 2) % step - step / 2
        along, across = radius * math.cos(offset), abs(radius * math.sin(offset))
        reach = length * (0.7 if colour is NAVY else 1)
        if 0 < along < reach and across < width * 0.5 * (1 - along / reach) * min(1, along / 0.2):
            return colour
    if y > 0.45 and math.sin(14 * x + 40 * y) > 0.3:
        return STEEL
    return WHITE


def pixel(column, row):
    total = [0, 0, 0]
    for i in range(SAMPLES):
        for j in range(SAMPLES):
            x = (column + (i + 0.5) / SAMPLES) / SIZE * 2 - 1
            y = (row + (j + 0.5) / SAMPLES) / SIZE * 2 - 1
            for k, part in enumerate(colour_at(x, y)):
                total[k] += part
    return bytes(round(part / SAMPLES**2) for part in total)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def main():
    rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
    with open(sys.argv[1], "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)) +
                   chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


if __name__ == "__main__":
    main()
