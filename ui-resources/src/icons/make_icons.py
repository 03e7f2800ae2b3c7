"""Draws the program's icon, a stack under a line, into ../main/resources/headroom/icons. Python's own library is enough.

    python3 make_icons.py
"""
import pathlib
import struct
import zlib

OUT = pathlib.Path(__file__).resolve().parent.parent / "main/resources/headroom/icons"
GROUND, LINE, ACTIVATIONS, WEIGHTS = (255, 255, 255), (22, 27, 34), (230, 118, 32), (58, 100, 157)
# on a square of 24: x, y, width, height, colour
BLOCKS = [(4, 5, 16, 2, LINE), (4, 11, 16, 3, ACTIVATIONS), (4, 14.5, 16, 5, WEIGHTS)]
OVER = 4  # samples per pixel and direction


def sample(x, y):
    for left, top, width, height, colour in BLOCKS:
        if left <= x < left + width and top <= y < top + height:
            return colour + (255,)
    radius = 4
    dx, dy = max(radius - x, x - (24 - radius), 0), max(radius - y, y - (24 - radius), 0)
    return GROUND + (255 if dx * dx + dy * dy <= radius * radius else 0,)


def picture(size):
    rows = bytearray()
    for row in range(size):
        rows.append(0)
        for column in range(size):
            points = [sample((column + (i + 0.5) / OVER) * 24 / size, (row + (j + 0.5) / OVER) * 24 / size) for i in range(OVER) for j in range(OVER)]
            alpha = sum(point[3] for point in points)
            rows += bytes([sum(point[c] * point[3] for point in points) // max(alpha, 1) for c in range(3)] + [alpha // len(points)])
    return bytes(rows)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


for size in (16, 32, 48, 64, 128, 256, 512):
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(picture(size), 9)) + chunk(b"IEND", b"")
    (OUT / f"headroom-{size}.png").write_bytes(png)
    print(size, len(png))
