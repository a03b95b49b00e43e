"""How many pictures librsvg may hold at once to draw an SVG, each as large as the whole drawing."""

import re
from collections.abc import Mapping

# What is drawn by itself before it is laid onto the rest: groups that are translucent, masked,
# cut, blended or filtered, and each step of a filter.
LAYER = re.compile(r"(?<![-\w])opacity|filter|mask|clip|blend|isolation|pattern")
STEP = re.compile(r"(?:^|:)fe[A-Z]")


class Layers:
    """Counts them while the document is read: rather too many than too few.

    What lies beside each other is counted as within each other.
    """

    def __init__(self) -> None:
        self._text: list[str] = []
        self._own = self._uses = self._deepest = self._depth = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        self._deepest = max(self._deepest, self._depth)
        self._uses += name.rpartition(":")[2] == "use"
        self._own += bool(STEP.search(name)) + len(LAYER.findall(name))
        for attribute, value in attributes.items():
            self._own += len(LAYER.findall(attribute))
            if attribute == "style":
                self._own += len(LAYER.findall(value))

    def text(self, text: str) -> None:
        """Text of an element, which may be a style sheet."""
        self._text.append(text)

    def end(self) -> None:
        """An element ends."""
        self._depth -= 1

    @property
    def count(self) -> int:
        """How many there are at most."""
        # A rule of a style sheet may be for each element, and each that is referred to brings
        # others.
        has_rules = LAYER.search("".join(self._text))
        return self._own + (self._deepest * (1 + self._uses) if has_rules else 0)
