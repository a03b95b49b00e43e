"""thumbor_renuo.app_rules: what a record may say about its app, and what is told of a fault."""

import base64
import json
import tomllib
from dataclasses import fields
from typing import Any

import pytest

from thumbor_renuo.app_rules import (
    AT_ONCE,
    MAX_ENTRIES,
    MAX_OBJECT_BYTES,
    RULES,
    STORAGE_CLASSES,
    VERIFIED,
    Rules,
    Webhook,
)
from thumbor_renuo.config import ACLS, MAX_POST_BYTES
from thumbor_renuo.image_rules import ImageRules

SECRET = "whsec_" + base64.b64encode(b"HUNTER-of-16-byte").decode()
HOOK = {"url": "https://shop.example/hooks", "secret": SECRET}
WHOLE = {
    "min_bytes": (0, MAX_OBJECT_BYTES),
    "max_bytes": (1, MAX_OBJECT_BYTES),
    "max_files": (1, 10_000),
    "policy_seconds": (60, 604_800),
    "daily_uploads": (1, 10**9),
    "daily_bytes": (1, 10**18),
}
SWITCHES = ("active_svg", "scan")
WORDS = {"publish": (AT_ONCE, VERIFIED), "acl": ACLS, "storage_class": STORAGE_CLASSES}


def rule(name: str, value: Any) -> Any:
    """What a rule becomes."""
    return getattr(Rules.from_record({name: value}), name)


def fault_of(name: str, value: Any) -> str:
    """What is said of a value that a rule does not take."""
    with pytest.raises(ValueError) as caught:
        Rules.from_record({name: value})
    return str(caught.value)


# -- all of them --------------------------------------------------------------------------------


def test_a_record_without_rules_has_the_defaults() -> None:
    """Any page and any type, published at once, for as long as the deployment's options say."""
    rules = Rules.from_record({})
    assert rules == Rules()
    assert (rules.origins, rules.content_types, rules.min_bytes, rules.max_bytes) == (
        (),
        (),
        0,
        None,
    )
    assert (rules.publish, rules.is_verified, rules.policy_seconds) == (AT_ONCE, False, 900)
    assert (rules.acl, rules.storage_class, rules.webhook) == (None, "", None)
    assert (rules.active_svg, rules.scan, rules.texts, rules.presets) == (False, False, {}, {})
    assert (rules.image, rules.private) == (ImageRules(), False)


def test_every_rule_is_read_from_toml() -> None:
    """The types of TOML become those of the rules."""
    record = tomllib.loads(f"""
        origins = ["https://shop.example", "http://localhost:3000"]
        content_types = ["image/*", "application/pdf"]
        min_bytes = 1
        max_bytes = 10_485_760
        max_files = 10
        policy_seconds = 900
        old_clients = false
        publish = "verified"
        acl = "public-read"
        storage_class = "STANDARD_IA"
        cache_control = "public, max-age=60"
        active_svg = true
        scan = true
        daily_uploads = 10000
        daily_bytes = 1_000_000_000_000
        texts = {{ hint = "Fotos bis 10 MB, groß" }}
        webhook = {{ url = "https://shop.example/hooks", secret = "{SECRET}" }}
        presets = {{ card = "300x300/smart" }}
        image = {{ max_side = 2000, max_filters = 5 }}
        private = true
    """)
    assert record.keys() == {option.name for option in fields(Rules)}
    assert Rules.from_record(record) == Rules(
        origins=("https://shop.example", "http://localhost:3000"),
        content_types=("image/*", "application/pdf"),
        min_bytes=1,
        max_bytes=10_485_760,
        max_files=10,
        policy_seconds=900,
        old_clients=False,
        publish=VERIFIED,
        acl="public-read",
        storage_class="STANDARD_IA",
        cache_control="public, max-age=60",
        active_svg=True,
        scan=True,
        daily_uploads=10_000,
        daily_bytes=10**12,
        texts={"hint": "Fotos bis 10 MB, groß"},
        webhook=Webhook("https://shop.example/hooks", SECRET),
        presets={"card": "300x300/smart"},
        image=ImageRules(max_side=2000, max_filters=5),
        private=True,
    )


def test_all_faults_are_told_at_once() -> None:
    """Each names its field and what it takes; no value is shown."""
    with pytest.raises(ValueError) as caught:
        Rules.from_record({"scan": "HUNTER", "max_files": 0, "publish": "HUNTER", "min_bytes": 3})
    assert str(caught.value) == (
        "scan: wants true or false; "
        "max_files: wants a whole number of files from 1 to 10,000; "
        "publish: wants one of at once, verified"
    )


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    "value",
    [
        "HUNTER\x00",
        ["HUNTER", 7],
        [["HUNTER"]],
        {"HUNTER": {"HUNTER": []}},
        {7: 7},
        -1,
        float("nan"),
        float("inf"),
        16**5000,
        None,
        tomllib.loads("x = 2027-01-01T00:00:00Z")["x"],
        tomllib.loads("x = 2027-01-01")["x"],
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_no_rule_takes_what_is_of_another_kind(name: str, value: Any) -> None:
    """Whatever stands there, the fault is the field's own sentence and quotes nothing."""
    assert fault_of(name, value) == f"{name}: wants {RULES[name].wants}"


def test_a_webhook_s_secret_is_never_shown() -> None:
    """Neither by repr() of the rules nor by any fault of the webhook."""
    assert "HUNTER" not in repr(Rules.from_record({"webhook": HOOK}))
    assert SECRET not in repr(Rules.from_record({"webhook": HOOK}))
    for bad in ({**HOOK, "url": "ftp://x"}, {**HOOK, "more": 1}, {"secret": SECRET}, SECRET):
        assert fault_of("webhook", bad) == f"webhook: wants {RULES['webhook'].wants}"


# -- numbers, words, switches -------------------------------------------------------------------


@pytest.mark.parametrize(("name", "low", "high"), [(n, *bounds) for n, bounds in WHOLE.items()])
def test_a_number_lies_within_its_bounds(name: str, low: int, high: int) -> None:
    """Both bounds are allowed, one beyond is not, nor a fraction or a switch."""
    assert rule(name, low) == low
    assert rule(name, high) == high
    for bad in (low - 1, high + 1, 10**30, low + 0.5, True):
        assert fault_of(name, bad) == f"{name}: wants {RULES[name].wants}"
    assert f"from {low:,} to {high:,}" in RULES[name].wants


@pytest.mark.parametrize("name", WORDS)
def test_a_word_is_one_of_a_few(name: str) -> None:
    """Each is taken as it is written, nothing near it."""
    for word in WORDS[name]:
        assert rule(name, word) == word
        for bad in (word.swapcase(), f"{word}\n", f" {word}", "", [word]):
            assert fault_of(name, bad) == f"{name}: wants {RULES[name].wants}"


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_on_or_off(name: str) -> None:
    """True and false; a number over 1 or a list is neither."""
    assert rule(name, True) is True
    assert rule(name, False) is False
    for bad in (2, [], "maybe"):
        assert fault_of(name, bad) == f"{name}: wants true or false"


def test_the_least_size_is_not_over_the_greatest() -> None:
    """An app that no file suits is a slip of the pen; equal bounds ask for one size."""
    rules = Rules.from_record({"min_bytes": 5, "max_bytes": 5})
    assert (rules.min_bytes, rules.max_bytes) == (5, 5)
    with pytest.raises(ValueError, match=r"^min_bytes: is over max_bytes$"):
        Rules.from_record({"min_bytes": 6, "max_bytes": 5})


def test_what_is_copied_to_be_published_fits_one_copy() -> None:
    """S3's CopyObject takes 5 GiB; an app that publishes at once may take more."""
    large = {"max_bytes": MAX_POST_BYTES + 1}
    assert Rules.from_record({**large, "publish": AT_ONCE}).max_bytes == MAX_POST_BYTES + 1
    assert Rules.from_record({"publish": VERIFIED, "max_bytes": MAX_POST_BYTES}).is_verified
    with pytest.raises(ValueError, match=rf"^max_bytes: wants {MAX_POST_BYTES} at most"):
        Rules.from_record({**large, "publish": VERIFIED})


# -- lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example",
        "http://localhost",
        "http://localhost:3000",
        "https://127.0.0.1:8443",
        "http://[::1]:3000",
        "https://xn--mbel-5qa.example",
        "https://my_host.shop-2.example:65535",
        "http://shop.example:443",
        "https://shop.example:80",
    ],
)
def test_an_origin_is_what_a_browser_sends(origin: str) -> None:
    """Scheme, host in small ASCII letters, and a port that is not the scheme's own."""
    assert rule("origins", [origin]) == (origin,)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "*",
        "null",
        "shop.example",
        "//shop.example",
        "https://",
        "https://:443",
        "ftp://shop.example",
        "HTTPS://shop.example",
        "https://Shop.example",
        "https://shop.example/",
        "https://shop.example/path",
        "https://shop.example?",
        "https://shop.example#",
        "https://user@shop.example",
        "https://:pass@shop.example",
        "https://*.shop.example",
        "https://möbel.example",
        "https://shop.example:443",
        "http://shop.example:80",
        "https://shop.example:",
        "https://shop.example:0",
        "https://shop.example:00080",
        "https://shop.example:99999",
        "https://shop.example:٣",
        "https://shop example",
        "https://shop.example\\x",
        "https://shop.example,https://other.example",
        "https://shop.example\n",
        " https://shop.example",
        "https://shop\x00.example",
        "https://[::1",
        "https://[shop]",
        "https://" + "a" * 300,
    ],
)
def test_an_origin_that_no_page_has_is_a_fault(origin: str) -> None:
    """It would never be met: nobody could upload, and nothing would say why."""
    wanted = f"origins: wants {RULES['origins'].wants}"
    assert fault_of("origins", [origin]) == wanted
    assert fault_of("origins", ["https://shop.example", origin]) == wanted


@pytest.mark.parametrize(
    "pattern", ["image/*", "*/*", "application/pdf", "image/svg+xml", "application/vnd.ms-excel"]
)
def test_a_media_type_or_a_pattern_is_taken(pattern: str) -> None:
    """A type, all of one kind, or any."""
    assert rule("content_types", [pattern]) == (pattern,)


@pytest.mark.parametrize(
    "pattern",
    ["", "*", "image", "image/", "/png", "*/png", "image/**", "IMAGE/png", "image/png; q=1",
     "image/png\n", "image/p ng", "image/ü", "i/" + "x" * 65, "image/*,text/*"],
)  # fmt: skip
def test_what_is_no_media_type_is_a_fault(pattern: str) -> None:
    """Parameters, capitals and stars elsewhere would never match."""
    assert (
        fault_of("content_types", [pattern])
        == f"content_types: wants {RULES['content_types'].wants}"
    )


@pytest.mark.parametrize(
    ("name", "good"), [("origins", "https://shop.example"), ("content_types", "image/*")]
)
def test_a_list_has_one_to_a_hundred_entries(name: str, good: str) -> None:
    """An empty list would read as "nobody", and mean anybody; a text alone is no list."""
    assert rule(name, [good] * MAX_ENTRIES) == (good,) * MAX_ENTRIES
    for bad in ([], [good] * (MAX_ENTRIES + 1), good, (good,), {good: good}, [good, 1], [[good]]):
        assert fault_of(name, bad) == f"{name}: wants {RULES[name].wants}"


# -- tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "texts", [{}, {"hint": ""}, {"a-B_9": "x" * 500}, {"hint": "two\nlines, 日本"}]
)
def test_short_texts_by_name_are_taken(texts: dict[str, str]) -> None:
    """Any letters, lines too."""
    assert rule("texts", texts) == texts


@pytest.mark.parametrize(
    "texts",
    [{"": "x"}, {"a b": "x"}, {"ä": "x"}, {"a\n": "x"}, {"a" * 51: "x"}, {"a": "x" * 501},
     {"a": 1}, {"a": ["x"]}, {"a": {"b": "x"}}, {f"a{n}": "" for n in range(MAX_ENTRIES + 1)}, []],
)  # fmt: skip
def test_other_texts_are_a_fault(texts: Any) -> None:
    """Neither long ones, nor many, nor what is no text."""
    assert fault_of("texts", texts) == "texts: wants a table of short texts"


@pytest.mark.parametrize(
    "presets",
    [{"card": "300x300/smart"}, {"card-2": "fit-in/1x1/filters:quality(10):round_corner(6,1,1,1)"}],
)
def test_presets_by_name_are_taken(presets: dict[str, str]) -> None:
    """Small letters, digits and hyphens name Thumbor's options."""
    assert rule("presets", presets) == presets


@pytest.mark.parametrize(
    "presets",
    [{"Card": "1x1"}, {"-card": "1x1"}, {"ca_rd": "1x1"}, {"card\n": "1x1"}, {"a" * 51: "1x1"},
     {"card": ""}, {"card": "1 x1"}, {"card": "1x1\n"}, {"card": "ü"}, {"card": "x" * 501},
     {"card": 1}],
)  # fmt: skip
def test_other_presets_are_a_fault(presets: Any) -> None:
    """A name or options that no path can hold."""
    assert fault_of("presets", presets) == "presets: wants a table of Thumbor options"


@pytest.mark.parametrize(
    "image", [{}, {"max_side": 1}, {"max_side": 16383}, {"max_filters": 0}, {"max_filters": 100}]
)
def test_image_limits_are_taken(image: dict[str, int]) -> None:
    """Each alone, both bounds allowed."""
    assert rule("image", image) == ImageRules(**image)


@pytest.mark.parametrize(
    "image",
    [{"max_side": 0}, {"max_side": 16384}, {"max_filters": -1}, {"max_filters": 101},
     {"max_side": True}, {"max_side": None}, {"max_side": [5]}, {"side": 5}, [], "2000", 5],
)  # fmt: skip
def test_other_image_limits_are_a_fault(image: Any) -> None:
    """Outside the bounds, of another type, or unknown."""
    assert fault_of("image", image) == "image: wants a table of the rules for images"


# -- values that go onto the wire ---------------------------------------------------------------


@pytest.mark.parametrize("value", ["no-store", "public, max-age=60", "s-maxage=0,max-age=0", "a"])
def test_a_cache_control_value_is_taken(value: str) -> None:
    """Directives of RFC 9111, 5.2.2."""
    assert rule("cache_control", value) == value


@pytest.mark.parametrize(
    "value",
    ["", " ", " no-store", "no-store ", "no-store\n", "a\r\nX: y", 'private="x"', "max-age=1;x",
     "é", "max-age=٣", "x" * 201, 60, ["no-store"]],
)  # fmt: skip
def test_a_cache_control_that_no_header_holds_is_a_fault(value: Any) -> None:
    """A signature would be made for it, and no client could send it so."""
    assert fault_of("cache_control", value) == "cache_control: wants a Cache-Control value"


@pytest.mark.parametrize(
    "url", ["https://shop.example", "https://shop.example:8443/a?b=c&d=%20", "https://[::1]/hook"]
)
def test_a_webhook_goes_to_an_https_address(url: str) -> None:
    """With port, path and query as one likes."""
    assert rule("webhook", {**HOOK, "url": url}) == Webhook(url, SECRET)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example/hook",
        "http://shop.example/hook",
        "https://",
        "https:///hook",
        "https://user@shop.example/",
        "https://user:pass@shop.example/",
        "https://:pass@shop.example/",
        "https://@shop.example/",
        "https://shop.example/#part",
        "https://shop.example/#",
        "https://shop.example:99999/",
        "https://shop.example:x/",
        "https://[::1",
        "https://shop.example/a b",
        "https://shop.example/\r\nX-Header: y",
        "https://shop.example/ü",
        "https://shop\x00.example/",
        "https://shop.example/\n",
        " https://shop.example/",
        "https://shop.example/" + "a" * 2000,
        5,
        None,
    ],
)
def test_a_webhook_that_cannot_be_called_is_a_fault(url: Any) -> None:
    """No other scheme, no credentials, nothing that a request line cannot hold."""
    assert fault_of("webhook", {**HOOK, "url": url}) == f"webhook: wants {RULES['webhook'].wants}"


@pytest.mark.parametrize("size", [16, 24, 64])
def test_a_webhook_s_secret_has_16_bytes_or_more(size: int) -> None:
    """As Standard Webhooks writes it: whsec_ and base64."""
    secret = "whsec_" + base64.b64encode(b"x" * size).decode()
    assert rule("webhook", {**HOOK, "secret": secret}) == Webhook(HOOK["url"], secret)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_" + base64.b64encode(b"x" * 15).decode(),
        SECRET.removeprefix("whsec_"),
        f"whsec_{SECRET}",
        f"{SECRET}\n",
        f" {SECRET}",
        SECRET.rstrip("="),
        SECRET.replace("whsec_", "WHSEC_"),
        "whsec_" + "é" * 32,
        "whsec_" + "-_" * 12,
        5,
        None,
        ["whsec_"],
    ],
)
def test_another_webhook_secret_is_a_fault(secret: Any) -> None:
    """Too short, or not base64."""
    assert secret != SECRET
    wanted = f"webhook: wants {RULES['webhook'].wants}"
    assert fault_of("webhook", {**HOOK, "secret": secret}) == wanted


@pytest.mark.parametrize("bad", [{"url": HOOK["url"]}, {**HOOK, "events": []}, {}, [], HOOK["url"]])
def test_a_webhook_is_an_address_and_a_secret(bad: Any) -> None:
    """Neither less nor more."""
    assert fault_of("webhook", bad) == f"webhook: wants {RULES['webhook'].wants}"


def test_texts_and_presets_can_be_answered_as_json() -> None:
    """What a page is told is made of plain types."""
    rules = Rules.from_record({"texts": {"hint": "ü"}, "presets": {"card": "1x1"}})
    assert json.loads(json.dumps([rules.texts, rules.presets])) == [{"hint": "ü"}, {"card": "1x1"}]
