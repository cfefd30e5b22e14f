"""Large matrices as PNG pictures inside a figure: a browser draws 600 x 600 numbers of it without a pause."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np

from core.results import Floats

#: Steps of colour; one more entry of the palette is transparent, for what is hidden.
STEPS = 255


def picture(values: Floats, largest: float, colours: Sequence[str]) -> str:
    """(R, C) from 0 to `largest` as a data URI: a PNG (ISO/IEC 15948) with a palette, a pixel a number.

    Colours are `#rrggbb`, evenly spaced over the range; NaN is transparent.
    """
    shares = np.clip(np.nan_to_num(values / (largest or 1.0)), 0, 1)
    levels = np.where(np.isnan(values), STEPS, np.rint(shares * (STEPS - 1))).astype(np.uint8)
    rows, columns = levels.shape
    lines = np.zeros((rows, columns + 1), dtype=np.uint8)  # each line begins with its filter: none
    lines[:, 1:] = levels
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)),
        (b"PLTE", palette(colours).tobytes() + bytes(3)),
        (b"tRNS", b"\xff" * STEPS + b"\x00"),
        (b"IDAT", zlib.compress(lines.tobytes(), 6)),
        (b"IEND", b""),
    )
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, parts))).decode()


def palette(colours: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(STEPS, 3): the colours, with straight lines between them."""
    stops = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours], dtype=np.float64)
    places = np.linspace(0, len(colours) - 1, STEPS)
    channels = [np.interp(places, np.arange(len(colours)), stops[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    kind, data = part
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
