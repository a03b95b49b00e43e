"""The pages in docs/ and the code in them."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$|^#+ ([^\n]+)$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A piece of code: where it stands, its language, and its text."""

    page: str
    heading: str
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}, {self.heading}, {self.language}"


def blocks(page: str) -> list[Block]:
    """All blocks of a page, in their order."""
    found, heading = [], ""
    for language, code, title in BLOCK.findall((FOLDER / page).read_text()):
        heading = title or heading
        if language:
            found.append(Block(page, heading, language, code))
    return found


def block(page: str, heading: str, language: str, number: int = 0) -> Block:
    """One of them, by where it stands."""
    wanted = (heading, language)
    return [one for one in blocks(page) if (one.heading, one.language) == wanted][number]
