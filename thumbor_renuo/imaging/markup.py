"""Recognises web pages, SVG and XML as browsers do: WHATWG MIME Sniffing, 7.1, and beyond it.

Beyond, because what browsers do not sniff they still render under the right type: byte order
marks, UTF-16, and SVG behind a prolog, comments and a doctype count here as well.
"""

import re

HTML = "text/html"
XHTML = "application/xhtml+xml"
SVG = "image/svg+xml"
XML = "text/xml"

BLANKS = " \t\r\n\f"
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "latin-1"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
BEGINNINGS = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
HTML_START = re.compile(
    r"<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)"
    r"[\s/>]|<!--",
    re.IGNORECASE | re.ASCII,
)
DOCTYPE = re.compile(r"<!doctype\s+(?:[\w.-]+:)?([\w.-]+)", re.IGNORECASE | re.ASCII)
DOCTYPE_END = re.compile(r"\]\s*>", re.ASCII)
ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)(?=[\s/>])")


def markup_type(head: bytes) -> str | None:
    """The kind of markup a file begins with, or None where it begins with none."""
    text = _text(head).lstrip(BLANKS)
    if not text.startswith("<"):
        return None
    root = _root(text)
    if root == "svg":
        return SVG
    if text.startswith("<?xml"):
        return XHTML if root == "html" else XML
    if text.startswith("<!--") and root and not HTML_START.match(f"<{root}>"):
        return XML
    return HTML if HTML_START.match(text) else None


def _text(head: bytes) -> str:
    # All that matters is ASCII, which Latin-1 reads in any encoding but UTF-16.
    for mark, encoding in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    encoding = next((name for start, name in BEGINNINGS if head.startswith(start)), "latin-1")
    return head.decode(encoding, "replace")


def _root(text: str) -> str:
    """The root element's name in lower case, without its prefix; "" where it is not reached."""
    at = 0
    while True:
        while at < len(text) and text[at] in BLANKS:
            at += 1
        if text.startswith("<?", at):
            at = _behind(text, "?>", at)
        elif text.startswith("<!--", at):
            at = _behind(text, "-->", at + 4)
        elif doctype := DOCTYPE.match(text, at):
            if doctype[1].lower() == "svg":
                return "svg"
            at = _behind_doctype(text, doctype.end())
        else:
            root = ROOT.match(text, at)
            return root[1].lower() if root else ""


def _behind(text: str, end: str, at: int) -> int:
    found = text.find(end, at)
    return len(text) if found < 0 else found + len(end)


def _behind_doctype(text: str, at: int) -> int:
    end, subset = text.find(">", at), text.find("[", at)
    if not 0 <= subset < end:
        return _behind(text, ">", at)
    closed = DOCTYPE_END.search(text, subset)
    return closed.end() if closed else len(text)
