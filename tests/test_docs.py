"""The pages in docs/ say what is so."""

import json
import re
from dataclasses import MISSING, fields
from typing import Any

import jsonschema
import pytest

from tests.docs import FOLDER, block, blocks
from thumbor_renuo.app_rules import RULES, Rules, Webhook
from thumbor_renuo.apps import AppRegistry
from thumbor_renuo.cli import _parser
from thumbor_renuo.config import Settings, environment_name
from thumbor_renuo.errors import ContentRefused, RenuoError
from thumbor_renuo.handlers.openapi import DOCUMENT
from thumbor_renuo.image_rules import IMAGE_RULES, ImageRules
from thumbor_renuo.uploads import webhook_queue

PAGES = ("uploads.md", "webhooks.md", "delivery.md", "http.md")
SPEC: dict[str, Any] = json.loads(DOCUMENT.read_bytes())


def table(page: str, first: str) -> list[list[str]]:
    """The rows of the table whose first column has this title."""
    text = (FOLDER / page).read_text()
    body = text[text.index(f"| {first} |") :].split("\n\n")[0].splitlines()[2:]
    cells = [re.split(r"(?<!\\)\|", row.strip("|")) for row in body]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in cells]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """To a file, and to a heading where one is named."""
    text = (FOLDER / page).read_text()
    links = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text)
    assert links or page != "uploads.md"
    for file, anchor in links:
        linked = FOLDER / (file or page)
        assert linked.exists(), file
        assert not anchor or anchor in _anchors(linked.read_text()), anchor


def _anchors(text: str) -> set[str]:
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in _headings(text)}


def test_every_rule_for_images_is_told() -> None:
    """Name, default and what it accepts are those of image_rules."""
    told = {row[0].strip("`"): row[1:] for row in table("delivery.md", "rule")}
    assert list(told) == list(IMAGE_RULES)
    for rule in fields(ImageRules):
        default, accepts, meaning = told[rule.name]
        assert accepts == IMAGE_RULES[rule.name].wants
        assert meaning
        if setting := rule.metadata["setting"]:
            assert default == f"`{setting.upper()}`"


def _headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def test_every_rule_is_told() -> None:
    """Name, default and what it accepts are those of app_rules."""
    told = {row[0].strip("`"): row[1:] for row in table("uploads.md", "rule")}
    assert list(told) == list(RULES)
    for rule in fields(Rules):
        default, accepts, meaning = told[rule.name]
        assert accepts.strip("`") == RULES[rule.name].wants
        assert meaning
        if isinstance(rule.default, str) and rule.default:
            assert default == f"`{rule.default}`"
        elif rule.default is not MISSING and isinstance(rule.default, int):
            assert default == f"`{str(rule.default).lower()}`"


def test_the_record_is_one(tmp_path: Any) -> None:
    """The example loads, with the webhook of the other page too."""
    record = block("uploads.md", "The app's record", "toml").code
    hook = block("webhooks.md", "Webhooks", "toml").code
    file = tmp_path / "apps.toml"
    file.write_text(record + hook)
    [app] = AppRegistry.load("", str(file))
    assert app.full_name == "shop-live"
    assert isinstance(app.rules.webhook, Webhook)
    assert app.has_private_key("98765")


def test_error_codes_exist() -> None:
    """Each code has the status that the tables say."""
    kinds, statuses = [RenuoError], {}
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        statuses[kind.code] = kind.status
    for told, codes, _ in table("uploads.md", "status"):
        for code in re.findall(r"`(\w+)`", codes):
            assert str(statuses[code]) in told.split(", "), code
    refusals = {row[0].strip("`") for row in table("uploads.md", "code")}
    assert refusals == {kind.code for kind in ContentRefused.__subclasses__()}


@pytest.mark.parametrize("page", PAGES)
def test_options_exist(page: str) -> None:
    """What stands in capitals is an option, or a variable of the examples."""
    known = {environment_name(option) for option in fields(Settings)}
    examples = {"HOST", "API_KEY", "PRIVATE_KEY", "FILE", "FINGERPRINT"}
    named = set(re.findall(r"`\$?([A-Z]+(?:_[A-Z]+)+|HOST|FILE)`", (FOLDER / page).read_text()))
    assert named
    assert named - known - examples == set()


def test_answers_are_those_of_the_document() -> None:
    """Each JSON example conforms to the schema of what it shows."""
    shown = [one for page in PAGES for one in blocks(page) if one.language == "json"]
    names = ["CompletedUpload", "UploadCompleted", "UploadRefused"]
    for one, name in zip(shown, names, strict=True):
        schema = {**SPEC["components"]["schemas"][name], "components": SPEC["components"]}
        jsonschema.Draft202012Validator(schema).validate(json.loads(one.code))


def test_attempts_are_those_of_the_queue() -> None:
    """The page says when they are made."""
    assert webhook_queue.DELAYS == (5, 300, 1800, 7200, 18000, 36000, 36000)
    assert sum(webhook_queue.DELAYS) / 3600 == pytest.approx(27.5, abs=0.2)
    text = (FOLDER / "webhooks.md").read_text()
    assert "after 5 seconds, 5 minutes, 30 minutes, 2 hours, 5, 10 and 10 hours" in text


def test_uppy_is_set_up_as_in_the_browser_test() -> None:
    """The options of the example are those that a real Uppy is driven with."""
    example = block("uploads.md", "Uppy", "js").code
    driven = (FOLDER.parent / "tests/browser/uppy/page.js").read_text()
    options = re.findall(r"^  (\w+):", example, re.MULTILINE)
    assert len(options) == 2
    assert [option for option in options if option not in driven] == []
    imports = re.findall(r"^import .*$", example, re.MULTILINE)
    assert [line for line in imports if line not in driven] == []


def test_commands_exist() -> None:
    """Each thumbor-renuo command is one."""
    for line in block("uploads.md", "Keys", "sh").code.splitlines():
        program, *arguments = line.replace('"$FINGERPRINT"', "1a2b3c4d").split()
        assert program == "thumbor-renuo"
        assert _parser().parse_args(arguments).run
