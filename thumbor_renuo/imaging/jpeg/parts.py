"""What the headers of a JPEG's frame and of its scans say (ITU T.81, B.2.2 and B.2.3)."""

from dataclasses import dataclass
from typing import NamedTuple

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.jpeg.markers import Segment

COEFFICIENTS = 64  # of a block
BITS = 8  # of a channel; what has others is read with libvips alone
MAX_COMPONENTS, MAX_SAMPLING = 4, 4
FRAME_HEADER_BYTES = 6


class Component(NamedTuple):
    """A channel: how it is sampled, and by which table it is quantised."""

    id: int
    h: int
    v: int
    table: int


@dataclass(frozen=True)
class Frame:
    """What the pixels are; sides in pixels, `kind` is the marker."""

    kind: int
    precision: int
    width: int
    height: int
    components: tuple[Component, ...]


class Scan(NamedTuple):
    """Which channels and coefficients a scan holds (ITU T.81, B.2.3), and where it is.

    Attributes:
        tables: each channel's Huffman tables, as they stand in the file.
        pixels: where its pixels begin.
    """

    segment: Segment
    ids: tuple[int, ...]
    tables: tuple[int, ...]
    first: int
    last: int
    ah: int
    al: int
    pixels: int


def frame_of(kind: int, body: bytes) -> Frame:
    """Read a frame's header; raises UnreadableImage where it cannot be one.

    Args:
        kind: its marker.
        body: what follows its length.
    """
    count = body[5] if len(body) >= FRAME_HEADER_BYTES else 0
    if not 1 <= count <= MAX_COMPONENTS or len(body) != FRAME_HEADER_BYTES + 3 * count:
        raise UnreadableImage("the JPEG is damaged: its frame has an odd length")
    channels = (body[at : at + 3] for at in range(FRAME_HEADER_BYTES, len(body), 3))
    components = tuple(Component(a, b >> 4, b & 15, c) for a, b, c in channels)
    if any(not 1 <= side <= MAX_SAMPLING for part in components for side in (part.h, part.v)):
        raise UnreadableImage("the JPEG is damaged: its channels are sampled in no known way")
    height, width = (int.from_bytes(body[at : at + 2], "big") for at in (1, 3))
    return Frame(kind, body[0], width, height, components)


def scan_of(data: bytes, part: Segment) -> Scan:
    """Read a scan's header; raises UnreadableImage where it cannot be one."""
    length = int.from_bytes(data[part.start + 2 : part.start + 4], "big")
    body = data[part.start + 4 : part.start + 2 + length]
    count = body[0] if body else 0
    if not 1 <= count <= MAX_COMPONENTS or len(body) != 4 + 2 * count:
        raise UnreadableImage("the JPEG is damaged: a scan has an odd length")
    first, last, shifts = body[-3:]
    ids, tables = tuple(body[1:-3:2]), tuple(body[2:-3:2])
    pixels = part.start + 2 + length
    return Scan(part, ids, tables, first, last, shifts >> 4, shifts & 15, pixels)
