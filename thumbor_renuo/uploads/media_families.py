"""Which media types are names of one thing, and which formats may come in which others."""

import re

GENERIC = {"application/octet-stream"}
OLE_STORAGE = "application/x-ole-storage"
OLE_KINDS = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
ALIASES = {
    "binary/octet-stream": "application/octet-stream",
    "application/binary": "application/octet-stream",
    "application/x-download": "application/octet-stream",
    "application/force-download": "application/octet-stream",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-jpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/apng": "image/png",
    "image/vnd.mozilla.apng": "image/png",
    "image/svg": "image/svg+xml",
    "image/x-bmp": "image/bmp",
    "image/x-ms-bmp": "image/bmp",
    "image/tif": "image/tiff",
    "image/x-tiff": "image/tiff",
    "image/ico": "image/x-icon",
    "image/vnd.microsoft.icon": "image/x-icon",
    "image/x-photoshop": "image/vnd.adobe.photoshop",
    "application/photoshop": "image/vnd.adobe.photoshop",
    "application/x-photoshop": "image/vnd.adobe.photoshop",
    "audio/mp3": "audio/mpeg",
    "audio/x-mp3": "audio/mpeg",
    "audio/x-mpeg": "audio/mpeg",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/x-aiff": "audio/aiff",
    "audio/x-aac": "audio/aac",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/mid": "audio/midi",
    "audio/x-midi": "audio/midi",
    "video/avi": "video/x-msvideo",
    "video/vnd.avi": "video/x-msvideo",
    "video/msvideo": "video/x-msvideo",
    "video/matroska": "video/x-matroska",
    "video/x-mpeg": "video/mpeg",
    "application/mp4": "video/mp4",
    "application/xml": "text/xml",
    "application/javascript": "text/javascript",
    "application/x-javascript": "text/javascript",
    "application/csv": "text/csv",
    "application/x-pdf": "application/pdf",
    "text/rtf": "application/rtf",
    "text/richtext": "application/rtf",
    "application/x-zip": "application/zip",
    "application/x-zip-compressed": "application/zip",
    "application/x-gzip": "application/gzip",
    "application/x-rar": "application/vnd.rar",
    "application/x-rar-compressed": "application/vnd.rar",
    "application/x-bzip": "application/x-bzip2",
    "application/x-sqlite3": "application/vnd.sqlite3",
    "application/x-java-archive": "application/java-archive",
    "application/x-dosexec": "application/x-msdownload",
    "application/x-msdos-program": "application/x-msdownload",
    "application/vnd.microsoft.portable-executable": "application/x-msdownload",
    "application/x-elf": "application/x-executable",
    "application/x-sharedlib": "application/x-executable",
    "application/font-woff": "font/woff",
    "application/x-font-woff": "font/woff",
    "application/x-font-ttf": "font/ttf",
    "application/x-font-otf": "font/otf",
    "application/font-sfnt": "font/sfnt",
}
# Players and readers do not tell these apart, and their makers do not either.
FAMILIES = (
    {"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"},
    {"image/jp2", "image/jpx", "image/jpm"},
    {"video/mp4", "audio/mp4", "video/quicktime", "video/x-m4v", "video/3gpp", "audio/3gpp",
     "video/3gpp2", "audio/3gpp2"},
    {"audio/ogg", "video/ogg", "application/ogg", "audio/opus", "audio/vorbis"},
    {"video/x-ms-wmv", "video/x-ms-asf", "audio/x-ms-wma", "application/vnd.ms-asf"},
    {"font/ttf", "font/otf", "font/sfnt", "font/collection"},
    {"text/html", "application/xhtml+xml"},
    {"application/java-archive", "application/vnd.android.package-archive"},
    {"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
     "application/vnd.ms-outlook", "application/vnd.visio", "application/x-msi", OLE_STORAGE},
)  # fmt: skip
# What a file of these types may have been declared as besides.
CONTAINED = {
    "application/zip": re.compile(
        r"application/(?:vnd\.openxmlformats-officedocument\..+|vnd\.oasis\.opendocument\..+"
        r"|vnd\.ms-[a-z]+\.[\w.]*macroenabled\.12|vnd\.apple\.\w+|vnd\.google-earth\.kmz"
        r"|vnd\.android\.package-archive|java-archive|x-xpinstall|x-krita|[\w.-]+\+zip)"
        r"|image/openraster|model/(?:3mf|vnd\.usdz\+zip)"
    ),
    "application/gzip": re.compile(r"application/(?:x-tgz|x-compressed-tar|x-gtar|.+\+gzip)"),
    "application/pdf": re.compile(r"application/(?:postscript|(?:vnd\.adobe\.)?illustrator)"),
    "application/rtf": re.compile(r"application/msword"),
    "image/tiff": re.compile(r"image/(?:dng|x-(?:adobe|nikon|sony|canon|panasonic|olympus)-\w+)"),
    "text/html": re.compile(r"text/(?:x-)?markdown"),
    "text/xml": re.compile(
        r"(?!image/svg|application/xhtml).+\+xml|text/plain|application/vnd\.ms-excel"
    ),
    "video/webm": re.compile(r"audio/webm|(?:audio|video)/x-matroska"),
    "video/x-matroska": re.compile(r"audio/x-matroska"),
}
# The three kinds of Office documents: the found type's, and those of templates and macros.
OFFICE = (
    ("wordprocessingml.", "ms-word."),
    ("spreadsheetml.", "ms-excel."),
    ("presentationml.", "ms-powerpoint."),
)
ZIPPED = ("application/vnd.openxmlformats-", "application/vnd.oasis.", "application/epub+zip",
          "application/java-archive", "application/vnd.android.package-archive")  # fmt: skip


def canonical(media_type: str) -> str:
    """The one name that a type of several names goes by here."""
    return ALIASES.get(media_type, media_type)


def is_of_one_family(one: str, other: str) -> bool:
    """Whether two canonical types are not worth telling apart."""
    if any({one, other} <= family for family in FAMILIES):
        return True
    return any(all(_is_office(kind, names) for kind in (one, other)) for names in OFFICE)


def _is_office(kind: str, names: tuple[str, str]) -> bool:
    return kind.startswith("application/vnd.") and any(name in kind for name in names)


def may_be_in(declared: str, found: str) -> bool:
    """Whether a file of the canonical type `found` may hold what was declared."""
    if declared == "application/zip" and found.startswith(ZIPPED):
        return True
    pattern = CONTAINED.get(found)
    return bool(pattern and pattern.fullmatch(declared))
