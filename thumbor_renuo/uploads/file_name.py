"""A file's name as the last component of an object key: readable, safe and of bounded length."""

import re
import unicodedata
from collections.abc import Iterator

MAX_BYTES = 200
MAX_EXTENSION_BYTES = 20
MAX_READ = 4096  # characters
EMPTY = "file"
# Letters, marks and numbers of all languages stay; what else is safe in a key, a URL's path, a
# file system and Thumbor's grammar: "Creating object key names", S3 user guide.
KEPT = "._-"
HANGUL_FILLERS = "\u115f\u1160\u3164\uffa0"  # letters that show nothing


def safe_file_name(name: str) -> str:
    """Make a name safe; a safe one stays as it is.

    `Ümläut ß.png` becomes `Ümläut-ß.png`, `../../etc/passwd` `etc-passwd`, `.png` `file.png`.

    Args:
        name: of any length, as a browser gives it.

    Returns:
        1 to MAX_BYTES bytes of UTF-8 in Unicode's form C, without `/`, blanks and control
        characters, that neither begins with `.` or `-` nor ends with them.
    """
    # Afterwards: marks and letters may meet only once what stood between is gone.
    text = unicodedata.normalize("NFC", "".join(_safe_letters(name[:MAX_READ])))
    text = re.sub(r"-*\.[.-]*|-+", _joint, text).rstrip("-.")
    stem, dot, extension = text.rpartition(".")
    if not dot or "-" in extension or len(extension.encode()) > MAX_EXTENSION_BYTES:
        stem, extension = text, ""
    stem = stem.lstrip("-.") or EMPTY
    ending = f".{extension}" if extension else ""
    return _cut(stem, MAX_BYTES - len(ending.encode())) + ending


def _safe_letters(text: str) -> Iterator[str]:
    """What is kept, nothing for what is invisible, and a hyphen for the rest."""
    has_base = False  # a mark alone is none: what is left of an emoji
    for letter in text:
        kind = unicodedata.category(letter)
        if kind == "Cf" or letter in HANGUL_FILLERS:
            continue
        has_base = kind[0] in "LN" or (kind[0] == "M" and has_base)
        yield letter if has_base or letter in KEPT else "-"


def _joint(found: "re.Match[str]") -> str:
    """Runs of dots and hyphens become one: a dot where there was any."""
    return "." if "." in found[0] else "-"


def _cut(text: str, size: int) -> str:
    """The beginning, in whole characters."""
    return text.encode()[:size].decode("utf-8", "ignore").rstrip("-.") or EMPTY
