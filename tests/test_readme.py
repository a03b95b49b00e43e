"""The README says what is so."""

import re

from tests.readme import README, with_table
from thumbor_renuo.cli import _parser


def test_the_table_of_options_is_current() -> None:
    """What the README lists is what config.py has; python -m tests.readme renews it."""
    text = README.read_text()
    assert "| `S3_BUCKET_NAME` | **required** |" in text
    assert with_table(text) == text


def test_its_files_exist() -> None:
    """Each relative link leads somewhere."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text())
    assert len(links) >= 4
    assert [link for link in links if not (README.parent / link).exists()] == []


def test_its_commands_exist() -> None:
    """Each thumbor-renuo command that it names is one."""
    named = set(re.findall(r"thumbor-renuo (\w+)", README.read_text()))
    assert named == {"serve", "options", "keys"}
    for command in ("serve", "options"):
        assert _parser().parse_args([command]).command == command


def test_its_actions_on_keys_exist() -> None:
    """Each action that it names is one."""
    named = set(re.findall(r"`(?:thumbor-renuo )?keys (\w+)`", README.read_text()))
    assert named == {"new", "list", "retire"}
    assert _parser().parse_args(["keys", "list"]).action == "list"
