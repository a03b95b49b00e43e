"""Thumbor's options as text, `fit-in/300x300/filters:quality(80)`: checked, sized and extended."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote

FORMATS = ("jpeg", "png", "webp", "avif", "gif")
PRINTABLE = re.compile(r"[ -~]*")
LITERAL = "/:(),@"
# What Thumbor's grammar has before the size.
BEFORE_SIZE = re.compile(
    r"meta|trim(:(top-left|bottom-right))?(:\d+)?|\d+x\d+:\d+x\d+|(adaptive-)?(full-)?fit-in"
)
SIZE = re.compile(r"(-?)(\d{0,9}|orig)x(-?)(\d{0,9}|orig)")
FILTER = re.compile(r"[a-z][a-z0-9_]*\(.*\)")
PRESET = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
FORMAT_CALL = re.compile(r"(?:^|\):)format\(")


@dataclass(frozen=True)
class ThumbnailOptions:
    """Options, taken apart.

    Attributes:
        parts: what stands before the filters.
        filters: the calls, `quality(80):blur(2)`; empty without any.
    """

    parts: tuple[str, ...]
    filters: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take options apart.

        Args:
            text: not percent-encoded; empty for none.

        Raises:
            ValueError: the options would not survive in a URL, or are in no order of Thumbor's.
        """
        checked = _check(text)
        before, mark, filters = f"/{checked}".partition("/filters:")
        if mark and not FILTER.fullmatch(filters):
            raise ValueError(f"the options {checked!r} do not end with filters:name(…)")
        return cls(tuple(before.split("/")[1:]) if before != "/" else (), filters)

    @classmethod
    def preset(cls, name: str) -> Self:
        """The options `p:<name>`.

        Raises:
            ValueError: it is no preset's name.
        """
        if not isinstance(name, str) or not PRESET.fullmatch(name):
            raise ValueError(f"the preset {name!r} takes lower-case letters, digits and '-' only")
        return cls((f"p:{name}",), "")

    @property
    def is_preset(self) -> bool:
        """Whether a preset says all."""
        return self.parts[:1] != () and self.parts[0].startswith("p:")

    def __str__(self) -> str:
        return "/".join([*self.parts, *([f"filters:{self.filters}"] if self.filters else [])])

    @property
    def quoted(self) -> str:
        """Percent-encoded, once, for a URL's path."""
        return quote(str(self), safe=LITERAL)

    def check_width(self, widths: Collection[int]) -> None:
        """Check that the width is one of these, in pixels; a preset's is not known here.

        Raises:
            ValueError: it is another, or there is none in pixels.
        """
        if self.is_preset:
            return
        at = self._size_at()
        width = 0 if at is None else self._pixels(at)[0]
        if width not in widths:
            known = ", ".join(map(str, sorted(widths)))
            raise ValueError(f"the options {str(self)!r} have none of the widths {known}")

    def with_filters(self, filters: str | Iterable[str], image_format: str | None) -> Self:
        """Add filters, and format(…) as the last of them.

        Raises:
            ValueError: one is no filter, there is a format already, or a preset stands alone.
        """
        calls = [filters] if isinstance(filters, str) else list(filters)
        for call in calls:
            if not FILTER.fullmatch(_check(call)):
                raise ValueError(f"the filter {call!r} is not of the form name(…)")
        calls = [*filter(None, [self.filters]), *map(str, calls)]
        if image_format is not None:
            if image_format not in FORMATS:
                raise ValueError(f"the format {image_format!r} is none of {', '.join(FORMATS)}")
            if FORMAT_CALL.search(":".join(calls)):
                raise ValueError("the format is given twice: among the filters and by itself")
            calls.append(f"format({image_format})")
        if calls and self.is_preset:
            raise ValueError("a preset takes no filters and no format beside it")
        return replace(self, filters=":".join(calls))

    def with_width(self, width: int) -> Self:
        """The same picture, `width` pixels wide: a height is scaled along.

        Raises:
            ValueError: there is a size without a width in pixels, or a preset.
        """
        at = self._size_at()
        if at is None:
            at = sum(BEFORE_SIZE.fullmatch(part) is not None for part in self.parts)
            return replace(self, parts=(*self.parts[:at], f"{width}x0", *self.parts[at:]))
        old_width, old_height = self._pixels(at)
        if not old_width and old_height:
            raise ValueError(f"the size {self.parts[at]!r} has no width that could be changed")
        height = (2 * old_height * width + old_width) // (2 * old_width) if old_height else 0
        return self._resized(at, width, max(height, 1) if old_height else 0)

    def times(self, density: float) -> Self:
        """The same picture for a screen of so many device pixels to a CSS pixel.

        Raises:
            ValueError: there is no size in pixels.
        """
        at = self._size_at()
        if at is None or not any(self._pixels(at)):
            raise ValueError("densities multiply a size: the options have none")
        width, height = (int(side * density + 0.5) for side in self._pixels(at))
        return self._resized(at, width, height)

    def _size_at(self) -> int | None:
        if self.is_preset:
            raise ValueError("a preset has its own size")
        return next((at for at, part in enumerate(self.parts) if SIZE.fullmatch(part)), None)

    def _pixels(self, at: int) -> tuple[int, int]:
        found = SIZE.fullmatch(self.parts[at])
        if found is None or "orig" in found.groups():
            raise ValueError(f"the size {self.parts[at]!r} is not in pixels")
        return int(found[2] or 0), int(found[4] or 0)

    def _resized(self, at: int, width: int, height: int) -> Self:
        found = SIZE.fullmatch(self.parts[at])
        flip, flop = (found[1], found[3]) if found else ("", "")
        size = f"{flip}{width}x{flop}{height}"
        return replace(self, parts=(*self.parts[:at], size, *self.parts[at + 1 :]))


def _check(text: str) -> str:
    """Refuse what a CDN, a proxy or the server's own parser would read as something else."""
    if not isinstance(text, str):
        raise ValueError(f"the options are no text but {type(text).__name__}")
    plain = str(text)
    if not PRINTABLE.fullmatch(plain):
        raise ValueError(f"the options {plain!r} have more than printable ASCII characters")
    parts = plain.split("/")
    if plain and "" in parts:
        raise ValueError(f"the options {plain!r} begin or end with '/' or hold '//'")
    if not {"u", ".", ".."}.isdisjoint(parts):
        raise ValueError(f"the options {plain!r} hold '/u/', '/./' or '/../'")
    return plain
