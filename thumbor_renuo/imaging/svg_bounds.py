"""Whether an SVG can be drawn at all, and how large it wants to be."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple
from xml.parsers import expat

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.svg import active_parts
from thumbor_renuo.imaging.svg_layers import Layers
from thumbor_renuo.imaging.svg_size import natural_size

MAX_ELEMENTS = 50_000
MAX_DEPTH = 200
MAX_DRAWN = 200_000
"""The most elements that are drawn, each as often as something refers to it."""
COUNTED = 1024  # characters of an attribute in which references are looked for
REFERENCE = re.compile(r"url\(\s*(?:[\"']\s*)?#([^\"')\s]+)")
DATA_IMAGE = re.compile(r"data:image/(?!png[;,]|jpe?g[;,])", re.IGNORECASE)
GRADIENTS = {"linearGradient", "radialGradient"}


class Drawing(NamedTuple):
    """An SVG that can be drawn.

    Attributes:
        width, height: in CSS pixels.
        layers: how many pictures of its size may be held at once to draw it, besides the result.
    """

    width: int
    height: int
    layers: int


def read_safe(data: bytes) -> Drawing:
    """Check an SVG, and tell what it takes to draw it.

    Raises:
        UnreadableImage: it is none, tells no size, or could run scripts or fetch from elsewhere.
        TooLarge: it has more bytes, elements, levels or repetitions than a picture.
    """
    parts = active_parts(data)
    if parts:
        raise UnreadableImage(
            "the SVG has what can run scripts or fetch from elsewhere, and is not drawn: "
            + ", ".join(parts[:5])
        )
    document = _Document()
    document.parser.Parse(data, True)
    document.bound_drawn()
    return Drawing(*natural_size(document.root), document.layers.count)


class _Document:
    """What one SVG, which `active_parts` has read before, is made of.

    Elements have numbers in their order; those within one follow it without a gap.
    """

    def __init__(self) -> None:
        self.root: Mapping[str, str] = {}
        self._open: list[int] = []
        self._count = 0
        self._ids: dict[str, int] = {}
        self._ends: dict[int, int] = {}
        self._gradients: set[int] = set()
        self._references: list[tuple[int, str]] = []
        self.layers = Layers()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.layers.text
        self.parser.buffer_text = True

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._count:
            self.root = attributes
        number, self._count = self._count, self._count + 1
        self._open.append(number)
        _bound(self._count, MAX_ELEMENTS, "elements")
        _bound(len(self._open), MAX_DEPTH, "levels of elements within one another")
        self.layers.start(name, attributes)
        if name.rpartition(":")[2] in GRADIENTS:
            self._gradients.add(number)
        for attribute, value in attributes.items():
            self._attribute(number, attribute.rpartition(":")[2], value)

    def _attribute(self, number: int, attribute: str, value: str) -> None:
        if attribute == "id":
            self._ids.setdefault(value, number)
        elif attribute in {"href", "src"}:
            if DATA_IMAGE.match(value.strip()[:COUNTED]):
                raise UnreadableImage("the SVG holds a picture other than PNG and JPEG")
            self._references.append((number, value.strip().removeprefix("#")))
        elif "url(" in value:
            found = REFERENCE.findall(value[:COUNTED])
            self._references += [(number, target) for target in found]

    def _end(self, _name: str) -> None:
        self._ends[self._open.pop()] = self._count
        self.layers.end()

    def bound_drawn(self) -> None:
        """Raises TooLarge where elements are referred to so often that drawing has no end."""
        targets: dict[int, list[int]] = defaultdict(list)
        for number, name in self._references:
            target = self._ids.get(name)
            if target is not None and target not in self._gradients:
                targets[number].append(target)
        _bound(_Drawn(self._ends, targets).cost(0), MAX_DRAWN, "elements to be drawn")


class _Drawn:
    """Counts elements with all that they refer to."""

    def __init__(self, ends: Mapping[int, int], targets: Mapping[int, list[int]]) -> None:
        self._ends, self._targets = ends, targets
        self._referring = sorted(targets)
        self._costs: dict[int, int] = {}
        self._steps = 0

    def cost(self, number: int, depth: int = 0) -> int:
        """Of one element: itself, those within it, and those that these refer to."""
        if number in self._costs:
            return self._costs[number]
        _bound(depth, MAX_DEPTH, "references that lead to further ones")
        self._costs[number] = MAX_DRAWN + 1  # one that comes back to itself has no end
        total = self._ends[number] - number
        first, last = (bisect_left(self._referring, n) for n in (number, self._ends[number]))
        for referring in self._referring[first:last]:
            self._steps += 1
            for target in self._targets[referring]:
                total += self.cost(target, depth + 1)
                _bound(total + self._steps, MAX_DRAWN, "elements to be drawn")
        self._costs[number] = total
        return total


def _bound(count: int, limit: int, what: str) -> None:
    if count > limit:
        raise TooLarge(f"the SVG has more than {limit} {what}", limit=limit)
