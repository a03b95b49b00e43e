"""The list of Thumbor's tests that do not pass with our engine, and why."""

import importlib.util
import shutil
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

LIST = Path(__file__).with_name("expected.toml")


@dataclass(frozen=True)
class Group:
    """Tests that fail for one reason.

    Attributes:
        tests: names, in which `*` stands for anything.
        needs: a program or Python module that is missing; where it is there, they may pass.
    """

    reason: str
    tests: list[str] = field(default_factory=list)
    needs: str = ""

    def has(self, test: str) -> bool:
        """Whether a test is of this group."""
        return any(fnmatchcase(test, _literal(name)) for name in self.tests)

    @property
    def is_settled(self) -> bool:
        """Whether its tests cannot but fail here."""
        return not (self.needs and is_there(self.needs))


def _literal(name: str) -> str:
    return name.replace("[", "[[]")


def is_there(name: str) -> bool:
    """Whether there is a program or a module of this name."""
    return shutil.which(name) is not None or importlib.util.find_spec(name) is not None


def groups() -> list[Group]:
    """All groups of expected.toml."""
    return [Group(**group) for group in tomllib.loads(LIST.read_text())["fails"]]


def new_failures(outcomes: dict[str, str]) -> list[str]:
    """Tests that fail and are in no group."""
    known = groups()
    failed = [test for test, outcome in outcomes.items() if outcome == "failed"]
    return [test for test in failed if not any(group.has(test) for group in known)]


def needless_entries(outcomes: dict[str, str]) -> list[str]:
    """Names in the list of which not all, or none, fail."""
    return [
        name
        for group in groups()
        if group.is_settled
        for name in group.tests
        if not _all_fail(name, outcomes)
    ]


def _all_fail(name: str, outcomes: dict[str, str]) -> bool:
    found = [how for test, how in outcomes.items() if fnmatchcase(test, _literal(name))]
    return bool(found) and set(found) == {"failed"}
