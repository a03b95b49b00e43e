"""The parts of a JPEG: its tables, its frame and its scans (ITU T.81, annex B)."""

from functools import cached_property

from thumbor_renuo.errors import UnreadableImage
from thumbor_renuo.imaging.jpeg.markers import (
    ADOBE,
    FRAMES,
    ICC,
    JFIF,
    NEEDED,
    QUANTISATION,
    SCAN,
    SEQUENTIAL,
    Segment,
    end_to_end,
    segment,
    segments,
)
from thumbor_renuo.imaging.jpeg.parts import COEFFICIENTS, Scan, frame_of, scan_of

YCC = 3  # channels
MAX_TABLE_BYTES = 2048  # all four, of 16 bits, and then some
JFIF_SIGNATURE, ADOBE_SIGNATURE, ADOBE_TRANSFORM = b"JFIF\0", b"Adobe", 11
PROFILE_SIGNATURE, PROFILE_HEADER_BYTES = b"ICC_PROFILE\0", 14
YCC_TRANSFORM, YCCK_TRANSFORM = 1, 2  # ITU-T T.872, 6.5.3
CLEAN_JFIF = JFIF_SIGNATURE + b"\1\1\0\0\1\0\1\0\0"  # of version 1.1, pixels are square
WHOLE_BLOCK = b"\0\x3f\0"  # the parameters of a sequential scan


class Layout:
    """A JPEG, looked through up to its first scan; further only when its scans are asked for.

    Raises:
        UnreadableImage: it has no frame before its first scan, or more than one.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.head = list(segments(data, only_head=True))
        frames = [part for part in self.head if part.marker in FRAMES]
        if len(frames) != 1:
            raise UnreadableImage("the JPEG is damaged or cut short")
        self.frame = frame_of(frames[0].marker, self.content(frames[0]))

    @cached_property
    def segments(self) -> list[Segment]:
        """All up to the end.

        Raises:
            UnreadableImage: there is no end.
            TooLarge: there are more scans or markers than a picture has.
        """
        return list(segments(self.data))

    @cached_property
    def is_whole(self) -> bool:
        """Whether it has an end; raises TooLarge as `segments`."""
        try:
            return bool(self.segments)
        except UnreadableImage:
            return False

    @cached_property
    def scans(self) -> list[Scan]:
        """In the order of the file; raises as `segments`, and where one says what cannot be."""
        return [scan_of(self.data, part) for part in self.segments if part.marker == SCAN]

    @cached_property
    def has_plain_steps(self) -> bool:
        """Whether all quantisation tables stand before the first scan, and are as few as usual."""
        tables = [part for part in self.segments if part.marker == QUANTISATION]
        size = sum(part.end - part.start for part in tables)
        return size <= MAX_TABLE_BYTES and all(part in self.head for part in tables)

    def step(self, table: int) -> int:
        """By how much the first coefficient is quantised; 0 if the table is not in the header."""
        found = 0
        for part in self.head:
            tables, at = self.content(part) if part.marker == QUANTISATION else b"", 0
            while at < len(tables):
                width = 1 + (tables[at] >> 4)
                if tables[at] & 15 == table:
                    found = int.from_bytes(tables[at + 1 : at + 1 + width], "big")
                at += 1 + width * COEFFICIENTS
        return found

    @cached_property
    def profile(self) -> bytes | None:
        """The ICC profile, put together from its pieces (ICC.1, annex B.4), if all are there."""
        pieces = {}
        for part in self.head:
            body = self.content(part)
            if (
                part.marker == ICC
                and body.startswith(PROFILE_SIGNATURE)
                and len(body) > PROFILE_HEADER_BYTES
            ):
                pieces[body[12]] = (body[13], body[PROFILE_HEADER_BYTES:])
        counts = {count for count, _ in pieces.values()}
        if len(counts) != 1 or set(pieces) != set(range(1, counts.pop() + 1)):
            return None
        return b"".join(piece for _, (_, piece) in sorted(pieces.items()))

    @cached_property
    def is_ycc(self) -> bool:
        """Whether its three channels are brightness and two of colour, as libjpeg guesses it."""
        ids = bytes(component.id for component in self.frame.components)
        if len(ids) != YCC:
            return False
        contents = {part.marker: self.content(part) for part in reversed(self.head)}
        if contents.get(JFIF, b"").startswith(JFIF_SIGNATURE):
            return True
        adobe = contents.get(ADOBE, b"")
        if adobe.startswith(ADOBE_SIGNATURE) and len(adobe) > ADOBE_TRANSFORM:
            return adobe[ADOBE_TRANSFORM] != 0
        return ids != b"RGB"

    def content(self, segment: Segment) -> bytes:
        """What follows a segment's length."""
        return self.data[segment.start + 4 : segment.end]

    def bytes_of(self, segment: Segment) -> bytes:
        """All of it."""
        return self.data[segment.start : segment.end]

    @cached_property
    def cleaned(self) -> bytes:
        """The same pixels without anything that a decoder warns of but damage to them.

        Phones write sound JPEGs with odd parameters of scans, and bytes between segments.
        """
        return end_to_end([self._clean(part) for part in self.segments if part.marker in NEEDED])

    def _clean(self, part: Segment) -> bytes:
        whole, content = self.bytes_of(part), self.content(part)
        if part.marker == JFIF:
            return segment(JFIF, CLEAN_JFIF) if content.startswith(JFIF_SIGNATURE) else b""
        if part.marker == ADOBE:
            return self._clean_adobe(content)
        if part.marker == SCAN and self.frame.kind in SEQUENTIAL:
            at = 5 + 2 * whole[4]
            return whole[:at] + WHOLE_BLOCK + whole[at + 3 :]
        return whole

    def _clean_adobe(self, content: bytes) -> bytes:
        if not content.startswith(ADOBE_SIGNATURE) or len(content) <= ADOBE_TRANSFORM:
            return b""
        # What libjpeg takes an unknown number for.
        known = YCC_TRANSFORM if len(self.frame.components) == YCC else YCCK_TRANSFORM
        transform = known if content[ADOBE_TRANSFORM] else 0
        return segment(ADOBE, content[:ADOBE_TRANSFORM] + bytes([transform]))
