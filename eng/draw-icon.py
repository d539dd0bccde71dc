#!/usr/bin/env python3
"""Draws eng/icon.png, the package's icon: a tornado of five rings. Nothing but Python's own library."""
import math
import struct
import zlib

SIZE, SCALE = 128, 4  # drawn larger, and averaged
BACKGROUND, RING = (16, 42, 67), (125, 211, 252)
RINGS = [(64, 28, 44), (70, 48, 34), (66, 66, 25), (58, 82, 17), (62, 96, 10)]  # centre x, y, radius


def shade(x, y):
    """0 outside the rings, 1 on one of them."""
    for cx, cy, radius in RINGS:
        distance = math.hypot((x - cx) / radius, (y - cy) / (radius * 0.34))
        if abs(distance - 1) < 2.6 / radius * (1.6 if y > cy else 1.0):
            return 1
    return 0


def inside(x, y, corner=26):
    dx, dy = max(abs(x - SIZE / 2) - SIZE / 2 + corner, 0), max(abs(y - SIZE / 2) - SIZE / 2 + corner, 0)
    return math.hypot(dx, dy) <= corner


def pixel(px, py):
    samples = [((px + (i + 0.5) / SCALE), (py + (j + 0.5) / SCALE)) for i in range(SCALE) for j in range(SCALE)]
    covered = [sample for sample in samples if inside(*sample)]
    if not covered:
        return (0, 0, 0, 0)
    ring = sum(shade(*sample) for sample in covered) / len(covered)
    color = tuple(round(b + (r - b) * ring) for b, r in zip(BACKGROUND, RING))
    return (*color, round(255 * len(covered) / len(samples)))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + bytes(value for x in range(SIZE) for value in pixel(x, y)) for y in range(SIZE))
with open("eng/icon.png", "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0))
               + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
