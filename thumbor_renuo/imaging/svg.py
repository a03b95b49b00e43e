"""Finds in an SVG what can run scripts or fetch from elsewhere.

It errs on the side of finding: a name counts under any prefix and in any case. The parser is
expat, which is stopped at the first declaration of an entity, and never fetches anything.
"""

import re
from collections.abc import Mapping
from xml.parsers import expat

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.svg_references import css_fault, reference_fault

MAX_SVG_BYTES = 2 * 1024 * 1024
"""The largest SVG that is looked into."""
MAX_CHARACTERS = 16 * MAX_SVG_BYTES
"""Of all names and values, each name with its namespace, which may be declared once for many."""
# As many as find room in the largest SVG; only a document type can give its elements more.
MAX_ATTRIBUTES = MAX_SVG_BYTES // len(' a=""')
MAX_PARTS = 20
MAX_NAME = 40
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
NAMESPACE_END = " "
ACTIVE_ELEMENTS = {
    "script", "foreignobject", "iframe", "frame", "embed", "object", "applet", "audio", "video",
    "link", "meta", "base", "form", "handler", "listener",
}  # fmt: skip
ANIMATIONS = {"animate", "set", "animatetransform", "animatemotion", "animatecolor"}
REFERENCES = {
    "href", "src", "srcset", "srcdoc", "data", "action", "formaction", "poster", "background",
    "ping", "base", "manifest",
}  # fmt: skip
HANDLER = re.compile(r"on[a-z]")
# In all of them ASCII is ASCII, so that browsers see the same markup as expat.
ENCODINGS = re.compile(
    r"utf-?8|utf-?16(?:[bl]e)?|(?:us-)?ascii|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]",
    re.IGNORECASE,
)

UNKNOWN_ENCODING = "the SVG is in an encoding that is not read here"


class _Enough(Exception):
    """There is no need to read on."""


def active_parts(data: bytes) -> list[str]:
    """What in an SVG can run or fetch: none of it is wanted in a picture.

    Links and pictures may point to `#…` and to `data:` URLs of pixel formats, style sheets also to
    fonts in `data:` URLs.

    Returns:
        a description of each kind of part, as `script element` or `attribute onload`, at most
        MAX_PARTS of them, in their order; empty for a picture that is nothing but a picture.

    Raises:
        TooLarge: there are more than MAX_SVG_BYTES, or MAX_CHARACTERS once they are read.
        UnreadableImage: it is not well-formed, no SVG, or in an encoding other than ENCODINGS.
    """
    if len(data) > MAX_SVG_BYTES:
        raise TooLarge(
            f"the SVG's {len(data)} bytes are over the limit of {MAX_SVG_BYTES} bytes",
            limit=MAX_SVG_BYTES,
        )
    search = _Search()
    try:
        search.parser.Parse(data, True)
    except _Enough:
        pass
    except expat.ExpatError as error:
        raise UnreadableImage(
            f"the SVG is not well-formed: {expat.ErrorString(error.code)} in line {error.lineno}"
        ) from None
    except (ValueError, LookupError):
        # Of the encoding, which Python does not know.
        raise UnreadableImage(UNKNOWN_ENCODING) from None
    return list(search.parts)


class _Search:
    """Collects the active parts of one document while expat reads it."""

    def __init__(self) -> None:
        self.parts: dict[str, None] = {}
        self._has_root = False
        self._characters = self._attributes = 0
        self._styles_open = 0
        self._style: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=NAMESPACE_END)
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity

    def _add(self, part: str | None) -> None:
        if part:
            self.parts[part] = None
        if len(self.parts) >= MAX_PARTS:
            raise _Enough

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and not ENCODINGS.fullmatch(encoding):
            raise UnreadableImage(UNKNOWN_ENCODING)

    def _count(self, characters: int, attributes: int = 0) -> None:
        self._characters += characters
        self._attributes += attributes
        if self._characters > MAX_CHARACTERS:
            raise TooLarge(
                f"the SVG's names and values are over the limit of {MAX_CHARACTERS} characters",
                limit=MAX_CHARACTERS,
            )
        if self._attributes > MAX_ATTRIBUTES:
            raise _Enough

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        characters = len(name) + sum(len(key) + len(value) for key, value in attributes.items())
        self._count(characters, len(attributes))
        namespace, _, local = name.rpartition(NAMESPACE_END)
        element = local.lower()
        if not self._has_root and element != "svg":
            raise UnreadableImage("this is no SVG: the outermost element is another")
        self._has_root = True
        if element in ACTIVE_ELEMENTS:
            self._add(f"{element} element")
        elif namespace.lower() == XHTML_NAMESPACE:
            self._add(f"element {element[:MAX_NAME]} of a web page")
        if self._styles_open:
            # Browsers join the text on both sides of it.
            self._add("element in a style sheet")
        self._styles_open += element == "style"
        for attribute, value in attributes.items():
            self._attribute(element, attribute.rpartition(NAMESPACE_END)[2].lower(), value)

    def _attribute(self, element: str, name: str, value: str) -> None:
        if HANDLER.match(name):
            self._add(f"attribute {name[:MAX_NAME]}")
        if name in REFERENCES and (fault := reference_fault(value)):
            self._add(f"{fault} in {name}")
        if element in ANIMATIONS and name == "attributename":
            target = value.strip().lower().rpartition(":")[2]
            if target in REFERENCES or HANDLER.match(target):
                self._add(f"animation of {target[:MAX_NAME]}")
        if fault := css_fault(value):
            self._add(f"{fault} in {name[:MAX_NAME]}")

    def _text(self, text: str) -> None:
        if self._styles_open:
            self._style.append(text)

    def _end(self, name: str) -> None:
        self._count(len(name))
        if name.rpartition(NAMESPACE_END)[2].lower() != "style":
            return
        self._styles_open -= 1
        if fault := css_fault("".join(self._style)):
            self._add(f"{fault} in a style sheet")
        self._style = []

    def _instruction(self, target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            self._add("xml-stylesheet instruction")

    def _doctype(self, *declaration: object) -> None:
        # A document type that lies elsewhere is never fetched, by browsers neither.
        has_subset = declaration[-1]
        if has_subset:
            self._add("document type with declarations")

    def _entity(self, *_declaration: object) -> None:
        # What entities stand for may be anything, and very much of it.
        self._add("entity declaration")
        raise _Enough
