"""Tells documents and programs that are ZIP archives from one another, by their first entries."""

import re
import struct
from collections.abc import Iterator

ZIP = "application/zip"
OOXML = "application/vnd.openxmlformats-officedocument."
WORD = OOXML + "wordprocessingml.document"
EXCEL = OOXML + "spreadsheetml.sheet"
POWERPOINT = OOXML + "presentationml.presentation"
EPUB = "application/epub+zip"
ODF = "application/vnd.oasis.opendocument."
JAR = "application/java-archive"
APK = "application/vnd.android.package-archive"

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
ENTRY = SIGNATURES[0]
HEADER = struct.Struct("<4s5H3I2H")  # APPNOTE.TXT, 4.3.7
MAX_TYPE_BYTES = 100
# What an archive may say of itself in its entry `mimetype`.
OWN_TYPE = re.compile(
    rb"application/epub\+zip|application/vnd\.oasis\.opendocument\.[a-z-]{1,40}"
    rb"|application/x-krita|image/openraster"
)
BY_NAME = (
    (b"AndroidManifest.xml", APK),
    (b"META-INF/MANIFEST.MF", JAR),
    (b"word/", WORD),
    (b"xl/", EXCEL),
    (b"ppt/", POWERPOINT),
)


def zip_type(head: bytes) -> str | None:
    """The kind of a ZIP archive, ZIP where its first entries tell nothing, None for others."""
    if not head.startswith(SIGNATURES):
        return None
    entries = dict(_entries(head))
    own = OWN_TYPE.fullmatch(entries.get(b"mimetype", b""))
    if own:
        return own[0].decode()
    kinds = (kind for start, kind in BY_NAME if any(name.startswith(start) for name in entries))
    return next(kinds, ZIP)


def _entries(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    # The name, and the beginning of what is stored. Sizes are often told only behind the content
    # (4.3.9), so the next entry is searched for.
    at = 0
    while 0 <= at <= len(head) - HEADER.size:
        fields = HEADER.unpack_from(head, at)
        size, name_length, extra_length = fields[7], fields[9], fields[10]
        name = at + HEADER.size
        content = name + name_length + extra_length
        yield head[name : name + name_length], head[content : content + min(size, MAX_TYPE_BYTES)]
        at = head.find(ENTRY, at + len(ENTRY))
