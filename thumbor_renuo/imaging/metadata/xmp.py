"""XMP: blanks what tells a place, as EXIF, IPTC, W3C and the makers of drones name it.

Spaces between elements and attributes mean nothing in XML, so that the rest stays as it is.
"""

import re

from thumbor_renuo.imaging.metadata.blob import Blob, Unwalkable
from thumbor_renuo.imaging.metadata.patches import Patches

PLACE = (
    rb"(?!xmlns:)(?:[\w.-]{1,40}:)?(?:gps\w*|location\w*|sublocation|city|state|provincestate"
    rb"|country\w*|worldregion|lat(?:itude)?|lon(?:g(?:itude)?)?)"
)
# An element's start, or an attribute. The name of either, in a text, tells nothing.
MAX_PROPERTIES = 2000
# The longest ones hold a map of depths. Looking through one keeps the event loop waiting.
MAX_PACKET_BYTES = 8 * 1024**2
PROPERTY = re.compile(
    rb"<(?P<element>%b)(?![\w.:-])|(?=\w)(?<![\w.:<-])%b\s*=\s*(?P<quote>[\"'])" % (PLACE, PLACE),
    re.IGNORECASE,
)


async def blank(packet: Blob) -> None:
    """Blank the place in an XMP packet; all of one that is not as XML is.

    Raises:
        Unwalkable: it has more than MAX_PACKET_BYTES.
    """
    if packet.size > MAX_PACKET_BYTES:
        raise Unwalkable(
            f"the place in this original is not looked for in {packet.size} bytes of XMP",
            limit=MAX_PACKET_BYTES,
        )
    data = await packet.read()
    found = _places(data)
    blanks = Patches.of((start, b" " * (end - start)) for start, end in found or ())
    if found is None or PROPERTY.search(blanks.applied(data, 0)):
        packet.fill(b" ")
    else:
        for start, blank_one in zip(blanks.starts, blanks.pieces, strict=True):
            packet.write(start, blank_one)


def _places(data: bytes) -> list[tuple[int, int]] | None:
    """Where properties of a place begin and end; None where that cannot be told."""
    if b"\0" in data:  # UTF-16 or UTF-32, or no text at all
        return None
    found: list[tuple[int, int]] = []
    at = 0
    while match := PROPERTY.search(data, at):
        at = _end_of(data, match)
        if not at or len(found) == MAX_PROPERTIES:
            return None
        found.append((match.start(), at))
    return found


def _end_of(data: bytes, match: re.Match[bytes]) -> int:
    """Where a property ends, 0 where it does not."""
    if quote := match["quote"]:
        return data.find(quote, match.end()) + 1
    end = data.find(b">", match.end()) + 1
    if not end or data[end - 2 : end] == b"/>":
        return end
    # One of the same name within it would end it too early.
    following = re.compile(rb"<(/?)%b(?![\w.:-])" % re.escape(match["element"])).search(data, end)
    return data.find(b">", following.end()) + 1 if following and following[1] else 0
