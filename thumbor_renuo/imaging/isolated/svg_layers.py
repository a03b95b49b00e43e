"""How many pictures librsvg may hold at once to draw an SVG, each as large as the whole drawing."""

import re
from collections.abc import Mapping
from xml.parsers import expat

# What is drawn by itself before it is laid onto the rest: groups that are translucent, masked,
# cut, blended or filtered, and each step of a filter.
LAYER = re.compile(r"(?<![-\w])opacity|filter|mask|clip|blend|isolation|pattern")
STEP = re.compile(r"(?:^|:)fe[A-Z]")


def layers(data: bytes) -> int:
    """Rather too many than too few: what lies beside each other is counted as within each other."""
    document = _Document()
    parser = expat.ParserCreate()
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.text.append
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return 0  # nor is it drawn
    # A rule of a style sheet may be for each element, and each that is referred to brings others.
    rules = len(LAYER.findall("".join(document.text)))
    return document.own + (document.deepest * (1 + document.uses) if rules else 0)


class _Document:
    def __init__(self) -> None:
        self.text: list[str] = []
        self.own = self.uses = self.deepest = self._depth = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self.deepest = max(self.deepest, self._depth)
        self.uses += name.rpartition(":")[2] == "use"
        self.own += bool(STEP.search(name)) + len(LAYER.findall(name))
        for attribute, value in attributes.items():
            self.own += len(LAYER.findall(attribute))
            if attribute == "style":
                self.own += len(LAYER.findall(value))

    def end(self, _name: str) -> None:
        self._depth -= 1
