"""Writes the table of options into the README: python -m tests.readme."""

import re
from pathlib import Path

from thumbor_renuo.config import markdown_table

README = Path(__file__).parent.parent / "README.md"
MARKED = re.compile("(<!-- options -->\n).*?(<!-- /options -->)", re.DOTALL)


def with_table(text: str) -> str:
    """The README's text with the table as config.py has it."""
    table = markdown_table().replace("## ", "### ")
    return MARKED.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", text)


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
