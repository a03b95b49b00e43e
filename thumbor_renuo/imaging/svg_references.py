"""Judges the URLs and the style sheets of an SVG: do they stay inside the file?"""

import re

# What browsers leave out of a URL before they read it (WHATWG URL, 4.4).
IGNORED = "".join(map(chr, range(0x21)))
WITHOUT_IGNORED = str.maketrans("", "", IGNORED)
BEGINNING = 200
SCRIPT_SCHEMES = ("javascript:", "vbscript:")
# Never SVG, which could bring all of this with it.
PIXELS = re.compile(r"data:image/(?:png|jpe?g|gif|webp|avif|bmp|x-icon)[;,]")
FONT = re.compile(r"data:(?:font/|application/(?:x-)?font-)[\w.+-]+[;,]")
CSS_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})[ \t\r\n\f]?|\r\n|(.))", re.IGNORECASE | re.DOTALL)
CSS_URL = re.compile(r"url\(\s*(?:\"([^\"]*)|'([^']*)|([^)]*))", re.IGNORECASE)
CSS_IMPORT = re.compile(r"@import\b", re.IGNORECASE)
# Functions that take a URL as a mere string.
CSS_STRING_URL = re.compile(r"\b(?:image-set|image|src)\(\s*[\"']", re.IGNORECASE)
# One of these is in whatever fetches. Most values are numbers, and very long.
MARKS = ("(", "@", "\\")
LAST_CODE_POINT = 0x10FFFF


def reference_fault(url: str) -> str | None:
    """What is wrong with the target of a link or picture; None where it is in the file itself."""
    target = _beginning(url)
    if not target or target.startswith("#") or PIXELS.match(target):
        return None
    if target.startswith(SCRIPT_SCHEMES):
        return "script URL"
    return "data URL" if target.startswith("data:") else "external reference"


def css_fault(css: str) -> str | None:
    """What is wrong with a style sheet, or the value of any attribute: they may hold `url(…)`."""
    if not any(mark in css for mark in MARKS):
        return None
    css = CSS_ESCAPE.sub(_unescaped, css)
    if CSS_IMPORT.search(css):
        return "@import"
    if CSS_STRING_URL.search(css):
        return "external reference"
    for match in CSS_URL.finditer(css):
        url = next(group for group in match.groups() if group is not None)
        fault = reference_fault(url)
        if fault and not FONT.match(_beginning(url)):
            return fault
    return None


def _beginning(url: str) -> str:
    return url.lstrip(IGNORED)[:BEGINNING].translate(WITHOUT_IGNORED).lower()


def _unescaped(escape: "re.Match[str]") -> str:
    # CSS Syntax 3, 4.3.5 and 4.3.7; a line whose end is escaped is joined with the next one.
    code, character = escape.groups()
    if code is None:
        return "" if character in {None, "\r", "\n", "\f"} else character
    point = int(code, 16)
    return chr(point) if 0 < point <= LAST_CODE_POINT else "\N{REPLACEMENT CHARACTER}"
