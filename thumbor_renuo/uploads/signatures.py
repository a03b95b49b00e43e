"""Recognises binary formats by their first bytes.

The `filetype` library knows most of them. What it takes for one too easily (two letters that a
text may begin with), what it does not know, and what needs a look at the structure is done here.
"""

import re
from collections.abc import Iterator

from filetype import types as known_types

from thumbor_renuo.uploads.iso_media import ISO_TYPES, iso_media_type
from thumbor_renuo.uploads.media_families import OLE_KINDS, OLE_STORAGE, canonical
from thumbor_renuo.uploads.mpeg_audio import mpeg_audio_type
from thumbor_renuo.uploads.zip_kinds import APK, EPUB, EXCEL, JAR, POWERPOINT, WORD, ZIP, zip_type

PDF = "application/pdf"
# A byte that no text has (WHATWG MIME Sniffing, 3).
BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
PREFIXES = (
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"\xc5\xd0\xd3\xc6", "application/postscript"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\0\x01\0\0\0", "font/ttf"),
    (b"OTTO\0", "font/otf"),
    (b"ttcf\0", "font/collection"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-msdownload"),
    (b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (b"\xfe\xed\xfa\xcf", "application/x-mach-binary"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
)
TEXT_FORMATS = {"application/postscript", "application/rtf", PDF}
LATE_PDF = re.compile(rb"%PDF-\d\.\d")
LATE_PDF_BYTES = 1024  # ISO 32000-1, annex H, 3.4.1
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BITMAP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
TS_PACKET, TS_SYNC = 188, b"\x47"
# Those of the library that are not asked: each has a better answer above or below, but for
# Brotli, which has no signature (RFC 7932: the library takes the Greek letters beta and rho), and
# fonts of Internet Explorer, which it calls generic.
REPLACED = {
    "Br", "Eot", "Bmp", "Gif", "Exe", "Elf", "Mp3", "Aac", "Zstd", "Ps", "Sqlite",
    "Mp4", "M4v", "M4a", "Mov", "M3gp", "Heic", "Avif", "Jpx",
    "Zip", "Epub", "Docx", "Xlsx", "Pptx", "Odt", "Ods", "Odp", "Doc", "Xls", "Ppt",
    "Woff", "Woff2", "Ttf", "Otf",
}  # fmt: skip
ASKED = tuple(kind for kind in known_types if type(kind).__name__ not in REPLACED)


def signature_type(head: bytes) -> str | None:
    """The media type of a binary format, PDF, PostScript or RTF; None for all else."""
    found = next((kind for kind in _candidates(head) if kind), None)
    if found not in TEXT_FORMATS and not BINARY.search(head):
        return None
    return found


def late_pdf_type(head: bytes) -> str | None:
    """PDF behind something else, which readers put up with; a text may speak of it as well."""
    is_pdf = LATE_PDF.search(head[:LATE_PDF_BYTES]) and BINARY.search(head)
    return PDF if is_pdf else None


def _candidates(head: bytes) -> Iterator[str | None]:
    yield next((kind for prefix, kind in PREFIXES if head.startswith(prefix)), None)
    yield zip_type(head)
    yield iso_media_type(head)
    yield _ole_type(head)
    yield _bitmap_type(head)
    # The library takes a mutable copy of its first 8 KiB.
    first = bytearray(head[:8192])
    yield next((canonical(kind.mime) for kind in ASKED if kind.match(first)), None)
    yield mpeg_audio_type(head)
    if head[::TS_PACKET][:3] == TS_SYNC * 3:
        yield "video/mp2t"


def _ole_type(head: bytes) -> str | None:
    # The directory of an old Office document names its streams in UTF-16.
    if not head.startswith(OLE):
        return None
    kinds = (kind for stream, kind in OLE_KINDS if stream.encode("utf-16-le") in head)
    return next(kinds, OLE_STORAGE)


def _bitmap_type(head: bytes) -> str | None:
    # Two letters, the file's header, and the size of the next one.
    next_header = int.from_bytes(head[14:18], "little")
    return "image/bmp" if head.startswith(b"BM") and next_header in BITMAP_HEADERS else None


RECOGNISED = frozenset(
    {
        *(kind for _, kind in PREFIXES),
        *(canonical(kind.mime) for kind in ASKED),
        *(kind for _, kind in OLE_KINDS),
        *ISO_TYPES,
        *(ZIP, EPUB, WORD, EXCEL, POWERPOINT, JAR, APK),
        *("image/bmp", "image/svg+xml", "audio/mpeg", "audio/aac", "video/mp2t", OLE_STORAGE),
    }
)
"""The types that would not have been overlooked."""
