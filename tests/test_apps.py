"""thumbor_renuo.apps: the tenants, from API_KEYS and from a TOML file."""

import asyncio
import hashlib
import hmac
import json
import logging
import os
import threading
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import API_KEYS
from thumbor_renuo.apps import MAX_KEYS, WATCH_SECONDS, App, AppRegistry, Key, digest
from thumbor_renuo.errors import ConfigurationError

GOOD = {"key": "k1", "private_key": "HUNTER", "app_name": "shop", "env": "prod"}
RECORD = {"name": "shop", "env": "prod", "api_key": "k1", "private_key": "HUNTER"}


def entry(**changes: object) -> str:
    """An entry of API_KEYS; a change to None leaves the field out."""
    return json.dumps({name: v for name, v in {**GOOD, **changes}.items() if v is not None})


def toml(*records: dict[str, object]) -> str:
    """A file of [[apps]] tables; a value None leaves the field out."""
    return "\n".join(
        "[[apps]]\n" + "\n".join(f"{n} = {json.dumps(v)}" for n, v in r.items() if v is not None)
        for r in records
    )


@pytest.fixture
def apps_file(tmp_path: Path) -> Path:
    """Where a test may write its apps."""
    return tmp_path / "apps.toml"


def faults_of(api_keys: str, apps_file: Path) -> tuple[str, ...]:
    """What is wrong with the file, without its path."""
    with pytest.raises(ConfigurationError) as caught:
        AppRegistry.load(api_keys, str(apps_file))
    return tuple(fault.replace(f" {apps_file}", "") for fault in caught.value.faults)


# -- one app ------------------------------------------------------------------------------------


def test_the_full_name_joins_name_and_env() -> None:
    """The app's folder is `<app_name>-<env>`."""
    assert App("foobar", "develop", "12345678", "98765").full_name == "foobar-develop"


def test_the_representation_hides_the_private_key() -> None:
    """repr() shows the public key only."""
    app = App("foobar", "develop", "12345678", "HUNTER")
    assert "HUNTER" not in repr(app)
    assert "12345678" in repr(app)


@pytest.mark.parametrize("field", ["name", "env"])
@pytest.mark.parametrize("value", ["a", "A-Z_0.9", "..a", "...", "n" * 100])
def test_a_name_of_one_component_is_accepted(field: str, value: str) -> None:
    """Letters, digits, dots, underscores and hyphens, up to 100."""
    assert getattr(App.from_record({**RECORD, field: value}), field) == value


@pytest.mark.parametrize("field", ["name", "env"])
@pytest.mark.parametrize(
    "value", ["../x", "a/b", ".", "..", "a b", "ä", "a\n", "a\x00", "n" * 101, "a;b", "$x", "{x}"]
)
def test_a_name_that_could_leave_the_folder_is_refused(field: str, value: str) -> None:
    """A name with anything else is a fault that names the field and not the value."""
    with pytest.raises(ValueError) as caught:
        App.from_record({**RECORD, field: value})
    assert str(caught.value) == f"{field}: takes letters, digits, '.', '_', '-' only"


@pytest.mark.parametrize("field", ["name", "env", "api_key", "private_key"])
@pytest.mark.parametrize("value", ["", None, 7, ["x"], True])
def test_each_field_is_a_text_of_at_least_one_character(field: str, value: object) -> None:
    """Anything else in a field counts as missing."""
    with pytest.raises(ValueError, match=f"^lacks a text for: {field}$"):
        App.from_record({**RECORD, field: value})


@pytest.mark.parametrize("record", [None, 1, "HUNTER", ["HUNTER"]])
def test_a_record_is_a_table(record: object) -> None:
    """Anything else is refused without being shown."""
    with pytest.raises(ValueError, match=r"^is not a table of") as caught:
        App.from_record(record)
    assert "HUNTER" not in str(caught.value)


# -- API_KEYS -----------------------------------------------------------------------------------


def test_one_entry_is_read() -> None:
    """The legacy field names become an app."""
    assert list(AppRegistry.load(API_KEYS)) == [App("foobar", "develop", "12345678", "98765")]


def test_several_entries_are_read_in_order() -> None:
    """Entries are separated by `;`; blanks, line ends and empty entries do not matter."""
    text = f" {entry()} ;\n{entry(key='k2', app_name='blog')};;{entry(key='k3', env='test')}; "
    found = [(app.api_key, app.full_name) for app in AppRegistry.load(text)]
    assert found == [("k1", "shop-prod"), ("k2", "blog-prod"), ("k3", "shop-test")]


def test_fields_that_nobody_reads_are_tolerated(caplog: pytest.LogCaptureFixture) -> None:
    """A legacy entry may carry more than the four fields."""
    (app,) = AppRegistry.load(entry(comment="x", id=7))
    assert app == App(**RECORD)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"key":"HUNTER"', "not JSON at character 16"),
        ("HUNTER", "not JSON at character 1"),
        ('"HUNTER"', "is not a table of app_name, env, key and private_key"),
        ('["HUNTER"]', "is not a table of app_name, env, key and private_key"),
        ("null", "is not a table of app_name, env, key and private_key"),
        (entry(key=None), "lacks a text for: key"),
        (entry(private_key=None), "lacks a text for: private_key"),
        (entry(app_name=None, env=""), "lacks a text for: app_name, env"),
        (entry(private_key=12345), "lacks a text for: private_key"),
        (entry(app_name="../x"), "app_name: takes letters, digits, '.', '_', '-' only"),
        (entry(env="."), "env: takes letters, digits, '.', '_', '-' only"),
    ],
)
def test_a_malformed_entry_is_skipped_with_its_position(
    caplog: pytest.LogCaptureFixture, bad: str, reason: str
) -> None:
    """The others stay; the logged error names the entry's position and shows no value."""
    registry = AppRegistry.load(f"{entry(key='first')};{bad};{entry(key='last')}")
    assert [app.api_key for app in registry] == ["first", "last"]
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (logging.ERROR, f"API_KEYS entry 2: skipped, {reason}")
    ]
    assert "HUNTER" not in caplog.text


def test_a_bottomless_entry_is_skipped(caplog: pytest.LogCaptureFixture) -> None:
    """Brackets nested deeper than Python can read are one malformed entry."""
    registry = AppRegistry.load("[" * 100_000 + ";" + entry())
    assert [app.api_key for app in registry] == ["k1"]
    assert caplog.records[0].getMessage().startswith("API_KEYS entry 1: skipped, ")


def test_the_first_of_two_entries_with_one_key_counts(caplog: pytest.LogCaptureFixture) -> None:
    """A second entry with the same key is skipped with a logged error."""
    registry = AppRegistry.load(f"{entry()};{entry(app_name='other')}")
    assert [app.full_name for app in registry] == ["shop-prod"]
    assert [r.getMessage() for r in caplog.records] == [
        "API_KEYS entry 2: skipped, its key stands in an earlier one"
    ]


def test_two_keys_may_share_a_folder() -> None:
    """An app may have an old and a new key at once."""
    registry = AppRegistry.load(f"{entry()};{entry(key='k2')}")
    assert [app.full_name for app in registry] == ["shop-prod", "shop-prod"]


def test_no_app_at_all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """With nothing but malformed entries the service tells that it will refuse everything."""
    assert list(AppRegistry.load("nonsense")) == []
    assert caplog.records[-1].getMessage().startswith("no app is configured")
    assert caplog.records[-1].levelno == logging.ERROR


# -- the file -----------------------------------------------------------------------------------


def test_the_file_is_read(apps_file: Path) -> None:
    """[[apps]] tables become apps, behind those of API_KEYS."""
    apps_file.write_text(toml(RECORD, {**RECORD, "api_key": "k2", "name": "blog"}), "utf-8")
    registry = AppRegistry.load(API_KEYS, str(apps_file))
    assert [app.full_name for app in registry] == ["foobar-develop", "shop-prod", "blog-prod"]


def test_every_fault_of_the_file_is_reported_with_its_position(apps_file: Path) -> None:
    """One error holds all faults, each with the number of its record, and shows no key."""
    apps_file.write_text(
        toml(
            {**RECORD, "colour": "red", "size": 1},
            {**RECORD, "private_key": None, "env": ""},
            {**RECORD, "api_key": "k3"},
            {**RECORD, "api_key": "k4", "name": "../x"},
            {**RECORD, "api_key": "k5", "name": "a/b", "env": "."},
            {**RECORD, "api_key": "k3", "name": "twin"},
        ),
        "utf-8",
    )
    faults = faults_of("", apps_file)
    assert faults == (
        "APPS_FILE, app 1: has unknown fields: colour, size",
        "APPS_FILE, app 2: lacks a text for: private_key, env",
        "APPS_FILE, app 4: name: takes letters, digits, '.', '_', '-' only",
        "APPS_FILE, app 5: name, env: takes letters, digits, '.', '_', '-' only",
        "APPS_FILE, app 6: its key stands in an earlier one",
    )
    assert "HUNTER" not in "".join(faults)


def test_a_key_of_the_file_may_not_stand_in_api_keys(apps_file: Path) -> None:
    """A key that API_KEYS has already is a fault of the file."""
    apps_file.write_text(toml(RECORD), "utf-8")
    assert faults_of(entry(), apps_file) == ("APPS_FILE, app 1: its key stands in an earlier one",)


def test_a_missing_file_is_a_fault(apps_file: Path) -> None:
    """The fault names the file and the reason."""
    with pytest.raises(ConfigurationError) as caught:
        AppRegistry.load("", str(apps_file))
    assert caught.value.faults == (
        f"APPS_FILE: got {str(apps_file)!r}, wants a readable file (No such file or directory)",
    )


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    """A path that cannot be read as a file is a fault."""
    with pytest.raises(ConfigurationError, match="wants a readable file"):
        AppRegistry.load("", str(tmp_path))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('[[apps]]\nprivate_key = "HUNTER', "is no TOML (at end of document)"),
        ('[[apps]]\nprivate_key = "a" HUNTER', "is no TOML (at line 2, column 19)"),
        ("HUNTER", "is no TOML (at end of document)"),
        ("private_key = HUNTER", "is no TOML (at line 1, column 15)"),
        ('[HUNTER]\n[HUNTER]\nx = "y"', "is no TOML (at line 2, column 8)"),
        (b'private_key = "HUNTER\xff"', "is no TOML"),
    ],
)
def test_what_is_no_toml_is_reported_by_position(
    apps_file: Path, content: str | bytes, fault: str
) -> None:
    """The fault tells where the file breaks and quotes nothing of it."""
    apps_file.write_bytes(content.encode() if isinstance(content, str) else content)
    assert faults_of("", apps_file) == (f"APPS_FILE: {fault}",)


@pytest.mark.parametrize("content", ["", "apps = []", "apps = 7", "[apps]\nname = 'x'"])
def test_a_file_without_apps_is_a_fault(apps_file: Path, content: str) -> None:
    """A file that was named holds at least one [[apps]] table."""
    apps_file.write_text(content, "utf-8")
    assert faults_of(API_KEYS, apps_file) == ("APPS_FILE: wants at least one [[apps]] table",)


# -- finding ------------------------------------------------------------------------------------


def test_an_app_is_found_by_its_key_only() -> None:
    """Exactly the public key finds the app; the private one and others find nothing."""
    registry = AppRegistry.load(f"{API_KEYS};{entry()}")
    found = registry.by_api_key("12345678")
    assert found is not None
    assert found.full_name == "foobar-develop"
    for other in ("", "98765", "1234567", "12345678 ", "HUNTER"):
        assert registry.by_api_key(other) is None


@pytest.mark.parametrize("other", ["", "foobar", "foobar-", "foobar-develop2", "Foobar-develop"])
def test_a_folder_is_known_by_its_full_name(other: str) -> None:
    """Only the full name counts; neither a part nor a longer name does."""
    registry = AppRegistry.load(API_KEYS)
    assert registry.has_folder("foobar-develop")
    assert not registry.has_folder(other)


@pytest.mark.parametrize("content", ["x = " + "9" * 5000, "x = " + "[" * 5000], ids=["9", "["])
def test_toml_that_python_cannot_hold_is_a_fault(tmp_path: Path, content: str) -> None:
    """Huge numbers and deep nesting are reported as everything else."""
    (tmp_path / "apps.toml").write_text(content)
    with pytest.raises(ConfigurationError, match="is no TOML"):
        AppRegistry.load("", str(tmp_path / "apps.toml"))


def test_what_no_app_is_made_of_is_a_fault(apps_file: Path) -> None:
    """A table beside [[apps]] is a slip of the pen, not nothing."""
    apps_file.write_text("x = 1\n[other]\n", "utf-8")
    assert faults_of(API_KEYS, apps_file)[0] == "APPS_FILE: has unknown tables: other, x"


def test_a_further_check_is_made_of_each_app_of_the_file(
    apps_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At the start its faults are among the others, and later they keep the apps as they were."""
    bad: set[str] = set()

    def check(app: App) -> list[str]:
        return ["is bad"] if app.full_name in bad else []

    apps_file.write_text(toml(RECORD), "utf-8")
    registry = AppRegistry.load("", str(apps_file), check)
    (app,) = registry
    bad.add(app.full_name)
    with pytest.raises(ConfigurationError) as caught:
        AppRegistry.load("", str(apps_file), check)
    fault = f"APPS_FILE {apps_file}, app 1, {app.full_name}: is bad"
    assert caught.value.faults == (fault,)
    assert registry.reload() is False
    assert f"the apps stay as they were: {fault}" in caplog.text
    assert list(registry) == [app]


def test_two_apps_do_not_share_a_folder(caplog: pytest.LogCaptureFixture) -> None:
    """`a-b` + `c` and `a` + `b-c` are one folder: the second is skipped with a logged error."""
    entries = [
        '{"key":"1","private_key":"p","app_name":"a-b","env":"c"}',
        '{"key":"2","private_key":"p","app_name":"a","env":"b-c"}',
        '{"key":"3","private_key":"p","app_name":"a-b","env":"c"}',
    ]
    registry = AppRegistry.load(";".join(entries))
    assert [app.api_key for app in registry] == ["1", "3"], "one app may have several keys"
    assert "API_KEYS entry 2: skipped, its folder 'a-b-c' is that of another app" in caplog.text


# -- several keys -------------------------------------------------------------------------------

PAST, FUTURE = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
P1 = hashlib.sha256(b"HUNTER-1").hexdigest()


def app_of(lists: str, *, short: str = "") -> App:
    """The app of a record with these lists of keys, as TOML."""
    (record,) = tomllib.loads(f'[[apps]]\nname = "shop"\nenv = "prod"\n{short}\n{lists}')["apps"]
    return App.from_record(record)


def test_lists_hold_all_keys() -> None:
    """Lists stand instead of the short forms; private keys are kept as digests only."""
    app = app_of(
        f"""
        api_keys = [{{ key = "a1" }}, {{ key = "a2", not_after = {FUTURE} }}]
        private_keys = [{{ key = "HUNTER-1" }}, {{ sha256 = "{digest("HUNTER-2")}" }}]
        """
    )
    assert (app.api_key, app.private_key) == ("", "")
    assert [(key.value, key.not_after) for key in app.all_api_keys] == [
        ("a1", None),
        ("a2", datetime(2999, 1, 1, tzinfo=UTC)),
    ]
    assert app.all_private_keys == (Key(P1), Key(digest("HUNTER-2")))
    assert app.has_private_key("HUNTER-1")
    assert app.has_private_key("HUNTER-2")
    assert "HUNTER" not in repr(app)
    assert P1 not in repr(app)


def test_lists_stand_beside_the_short_forms() -> None:
    """The short form's key is the first of all."""
    app = app_of(
        f'api_keys = [{{ key = "a2" }}]\nprivate_keys = [{{ sha256 = "{P1}" }}]',
        short='api_key = "a1"\nprivate_key = "HUNTER-0"',
    )
    assert [key.value for key in app.all_api_keys] == ["a1", "a2"]
    assert [key.value for key in app.all_private_keys] == [digest("HUNTER-0"), P1]
    assert app.current_api_key() == "a1"


@pytest.mark.parametrize(
    ("lists", "missing"),
    [
        ("", "api_key, private_key"),
        ('api_keys = [{ key = "a" }]', "private_key"),
        ('private_keys = [{ key = "a" }]', "api_key"),
        ('api_key = ""\napi_keys = [{ key = "a" }]\nprivate_key = "p"', "api_key"),
        ('private_key = 7\nprivate_keys = [{ key = "a" }]\napi_key = "k"', "private_key"),
    ],
)
def test_an_app_has_keys_of_both_kinds(lists: str, missing: str) -> None:
    """A list stands for its short form, but does not mend a faulty one."""
    with pytest.raises(ValueError) as caught:
        app_of(lists)
    assert str(caught.value) == f"lacks a text for: {missing}"


BAD_ENDS = [
    "2027-01-01",
    "12:00:00",
    "2027-01-01T00:00:00",
    '"2027-01-01T00:00:00Z"',
    "1798761600",
    "false",
    "[]",
    '""',
]
BAD_ENTRIES = [
    "{ }",
    f"{{ not_after = {FUTURE} }}",
    '{ key = "" }',
    "{ key = 7 }",
    '{ key = ["HUNTER"] }',
    '{ value = "HUNTER" }',
    f'{{ key = "HUNTER", sha256 = "{P1}" }}',
    '{ key = "HUNTER", until = 2027-01-01T00:00:00Z }',
    '"HUNTER"',
    "7",
    '["HUNTER"]',
    '[{ key = "HUNTER" }]',
    *(f'{{ key = "HUNTER", not_after = {end} }}' for end in BAD_ENDS),
]
BAD_PRIVATE = [
    '{ sha256 = "HUNTER" }',
    '{ sha256 = "" }',
    "{ sha256 = 7 }",
    f'{{ sha256 = "{P1[:-1]}" }}',
    f'{{ sha256 = "{P1}0" }}',
    f'{{ sha256 = "{P1.upper()}" }}',
    f'{{ sha256 = "{P1}\\n" }}',
]


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        *(("api_keys", entry) for entry in [*BAD_ENTRIES, f'{{ sha256 = "{P1}" }}']),
        *(("private_keys", entry) for entry in [*BAD_ENTRIES, *BAD_PRIVATE]),
    ],
)
def test_an_entry_of_another_form_is_a_fault(name: str, entry: str) -> None:
    """One fault says what the list takes, wherever the entry stands, and shows no key."""
    for listed in (entry, f'{{ key = "good" }}, {entry}', f'{entry}, {{ key = "good" }}'):
        with pytest.raises(ValueError) as caught:
            app_of(f"{name} = [{listed}]", short='api_key = "k"\nprivate_key = "p"')
        forms = '{ key = "…" }' + (' or { sha256 = "…" }' if name == "private_keys" else "")
        assert str(caught.value) == f"{name}: wants {forms} for each, and not_after with a zone"


@pytest.mark.parametrize("name", ["api_keys", "private_keys"])
@pytest.mark.parametrize(
    "value",
    [
        "[]",
        '"HUNTER"',
        '{ key = "HUNTER" }',
        "7",
        "[" + ",".join(f'{{ key = "k{n}" }}' for n in range(MAX_KEYS + 1)) + "]",
    ],
    ids=["empty", "text", "table", "number", "too many"],
)
def test_a_list_of_keys_has_one_to_a_hundred(name: str, value: str) -> None:
    """Anything else is a fault that shows no key."""
    with pytest.raises(ValueError) as caught:
        app_of(f"{name} = {value}", short='api_key = "k"\nprivate_key = "p"')
    assert str(caught.value) == f"{name}: wants a list of 1 to {MAX_KEYS} keys"


def test_a_hundred_keys_are_taken() -> None:
    """The most that a list holds."""
    listed = ",".join(f'{{ key = "k{n}" }}' for n in range(MAX_KEYS))
    assert len(app_of(f"api_keys = [{listed}]", short='private_key = "p"').all_api_keys) == MAX_KEYS


@pytest.mark.parametrize(
    ("name", "listed", "short"),
    [
        ("api_keys", '{ key = "HUNTER-1" }, { key = "HUNTER-1" }', ""),
        ("api_keys", f'{{ key = "HUNTER-1", not_after = {PAST} }}', 'api_key = "HUNTER-1"'),
        ("private_keys", f'{{ key = "HUNTER-1" }}, {{ sha256 = "{P1}" }}', ""),
        ("private_keys", f'{{ sha256 = "{P1}", not_after = {PAST} }}', 'private_key = "HUNTER-1"'),
    ],
)
def test_a_key_stands_once_in_a_record(name: str, listed: str, short: str) -> None:
    """A second entry could say that the key has ended while the first still counts."""
    other = 'private_key = "p"' if name == "api_keys" else 'api_key = "k"'
    with pytest.raises(ValueError) as caught:
        app_of(f"{name} = [{listed}]", short=f"{short}\n{other}")
    assert str(caught.value) == f"{name}: has a key twice"


def test_a_list_s_key_may_not_stand_in_another_record(apps_file: Path) -> None:
    """Whether it has ended or not: log lines and the old prefix name an app by it."""
    apps_file.write_text(
        toml(RECORD, {**RECORD, "name": "blog", "api_key": "k2"})
        + f'\napi_keys = [{{ key = "k1", not_after = {PAST} }}]',
        "utf-8",
    )
    assert faults_of("", apps_file) == ("APPS_FILE, app 2: its key stands in an earlier one",)


def test_a_folder_has_one_record_in_the_file(apps_file: Path) -> None:
    """A second one is a fault that says where further keys go."""
    apps_file.write_text(toml(RECORD, {**RECORD, "api_key": "k2"}), "utf-8")
    assert faults_of("", apps_file) == (
        "APPS_FILE, app 2: shop-prod has a record; put further keys into it",
    )


def test_rules_are_checked_with_the_record(apps_file: Path) -> None:
    """Their faults have the record's position, and no value."""
    apps_file.write_text(toml({**RECORD, "scan": "HUNTER", "max_files": 0}), "utf-8")
    (fault,) = faults_of("", apps_file)
    assert fault == (
        "APPS_FILE, app 1: scan: wants true or false; "
        "max_files: wants a whole number of files from 1 to 10,000"
    )


def test_an_entry_of_api_keys_has_the_rules_of_the_file(apps_file: Path) -> None:
    """The old keys of a folder are bound by what the file says of it, and stay apart."""
    apps_file.write_text(
        toml({**RECORD, "api_key": "new", "private_key": "fresh", "max_files": 3}), "utf-8"
    )
    old, new = AppRegistry.load(f"{entry(key='old')}", str(apps_file))
    assert (old.api_key, new.api_key) == ("old", "new")
    assert old.rules == new.rules
    assert old.rules.max_files == 3
    assert old.has_private_key("HUNTER")
    assert not old.has_private_key("fresh")
    other = AppRegistry.load(entry(app_name="blog"), str(apps_file)).by_api_key("k1")
    assert other is not None
    assert other.rules.max_files is None


KEYS = st.sampled_from(
    ["name", "env", "api_key", "private_key", "api_keys", "private_keys", "key", "sha256",
     "not_after", "scan", "origins", "webhook", "secret", "image", "texts", "x"]
)  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["HUNTER", "", P1, "shop"])
    | st.datetimes(timezones=st.sampled_from([None, UTC]))
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES | st.dictionaries(KEYS, VALUES).map(lambda changes: {**RECORD, **changes}))
def test_no_record_breaks_the_reading(record: Any) -> None:
    """A record is an app or a ValueError that shows no value; nothing else comes of it."""
    told = ""
    try:
        App.from_record(record)
    except ValueError as error:
        told = str(error)
    assert "HUNTER" not in told
    assert P1 not in told


# -- keys that end ------------------------------------------------------------------------------


def test_a_key_counts_until_its_end() -> None:
    """Up to the moment before not_after, in whatever zone that was written."""
    end = datetime(2027, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    moment = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    assert Key("k", end).is_live(moment - 0.001)
    assert not Key("k", end).is_live(moment)
    assert not Key("k", end).is_live(moment + 1)
    assert Key("k").is_live(moment)


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_time_are_ends(end: str) -> None:
    """The first and the last moment that TOML can write do not break the comparison."""
    app = app_of(f'api_keys = [{{ key = "k", not_after = {end} }}]', short='private_key = "p"')
    assert app.all_api_keys[0].is_live(time.time()) is end.startswith("9")


@pytest.fixture
def several(apps_file: Path) -> AppRegistry:
    """An app with an ended and a lasting key of each kind."""
    apps_file.write_text(
        f"""
        [[apps]]
        name = "shop"
        env = "prod"
        api_keys = [
            {{ key = "ended", not_after = {PAST} }},
            {{ key = "lasting", not_after = {FUTURE} }},
            {{ key = "endless" }},
        ]
        private_keys = [
            {{ key = "p-ended", not_after = {PAST} }},
            {{ key = "p-lasting", not_after = {FUTURE} }},
            {{ sha256 = "{digest("p-endless")}" }},
        ]
        """
    )
    return AppRegistry.load("", str(apps_file))


def test_an_ended_key_finds_nothing(several: AppRegistry) -> None:
    """Ended keys are as unknown as others; several that count find the one app."""
    (shop,) = several
    for key in ("lasting", "endless"):
        assert several.by_api_key(key) is shop
        assert several.by_private_key(f"p-{key}") is shop
        assert shop.has_private_key(f"p-{key}")
    for key in ("ended", "other", ""):
        assert several.by_api_key(key) is None
        assert several.by_private_key(f"p-{key}") is None
        assert not shop.has_private_key(f"p-{key}")
    assert several.by_api_key("p-lasting") is None
    assert several.by_private_key("lasting") is None
    assert several.by_private_key(digest("p-lasting")) is None, "a digest is no key"


def test_a_key_ends_while_the_service_runs(
    several: AppRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing has to be read again for it."""
    (shop,) = several
    assert several.by_api_key("lasting") is shop
    later = datetime(2999, 1, 1, tzinfo=UTC).timestamp()
    monkeypatch.setattr("time.time", lambda: later - 1)
    assert several.by_private_key("p-lasting") is shop
    monkeypatch.setattr("time.time", lambda: later)
    assert several.by_api_key("lasting") is None
    assert several.by_private_key("p-lasting") is None
    assert several.by_api_key("endless") is shop


def test_the_current_api_key_is_the_first_that_counts(several: AppRegistry) -> None:
    """Ended ones are passed over; where all have ended there is none."""
    (shop,) = several
    assert shop.current_api_key() == "lasting"
    ended = f'api_keys = [{{ key = "ended", not_after = {PAST} }}]'
    assert app_of(ended, short='private_key = "p"').current_api_key() == ""


def test_private_keys_are_compared_in_constant_time(
    several: AppRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each key's digest is compared, in full length, whether an earlier one matched or not."""
    compared: list[str] = []
    compare = hmac.compare_digest

    def watched(ours: str, given_digest: str) -> bool:
        compared.append(ours)
        assert len(given_digest) == 64
        return compare(ours, given_digest)

    monkeypatch.setattr("hmac.compare_digest", watched)
    (shop,) = several
    for given_key in ("p-ended", "p-lasting", "p-endless", "other", "ü\ud800"):
        compared.clear()
        shop.has_private_key(given_key)
        assert compared == [key.value for key in shop.all_private_keys]


# -- finding by private key and by folder -------------------------------------------------------


def test_a_private_key_of_one_folder_finds_its_app(apps_file: Path) -> None:
    """API_KEYS and the file may both know it; the entry of API_KEYS is the app's first."""
    apps_file.write_text(toml({**RECORD, "api_key": "k2"}), "utf-8")
    registry = AppRegistry.load(entry(), str(apps_file))
    found = registry.by_private_key("HUNTER")
    assert found is registry.by_api_key("k1")
    assert found is registry.by_name("shop-prod")


def test_a_shared_private_key_finds_nothing() -> None:
    """Two apps with one private key must be told apart by an API key."""
    registry = AppRegistry.load(f"{entry()};{entry(key='k2', app_name='blog')}")
    assert registry.by_private_key("HUNTER") is None
    for key in ("k1", "k2"):
        app = registry.by_api_key(key)
        assert app is not None
        assert app.has_private_key("HUNTER")


def test_an_ended_key_is_not_shared(apps_file: Path) -> None:
    """Where it has ended for all apps but one, it is that one's."""
    apps_file.write_text(
        toml({**RECORD, "private_key": "other"})
        + f'\nprivate_keys = [{{ key = "HUNTER", not_after = {PAST} }}]\n'
        + toml({**RECORD, "name": "blog", "api_key": "k2"}),
        "utf-8",
    )
    registry = AppRegistry.load("", str(apps_file))
    found = registry.by_private_key("HUNTER")
    assert found is not None
    assert found.full_name == "blog-prod"


def test_a_folder_finds_its_first_record() -> None:
    """Of several keys of one folder, the first entry stands for the app."""
    registry = AppRegistry.load(f"{entry()};{entry(key='k2')}")
    assert registry.by_name("shop-prod") is registry.by_api_key("k1")
    assert registry.by_name("shop") is None


# -- reading again ------------------------------------------------------------------------------


def names_of(registry: AppRegistry) -> list[str]:
    """The folders of a registry."""
    return [app.full_name for app in registry]


def replace_file(path: Path, content: str) -> None:
    """Put a new file in the place of another, as `mv` and `keys new` do."""
    draft = path.with_name("draft")
    draft.write_text(content, "utf-8")
    draft.replace(path)


def remove(path: Path) -> None:
    """Take the file away."""
    path.unlink()


SHOP, BLOG = toml(RECORD), toml({**RECORD, "name": "blog", "api_key": "of another length"})


def test_reload_takes_what_the_file_says_now(
    apps_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """New apps are found, others no longer; API_KEYS stays, and is not complained of again."""
    apps_file.write_text(SHOP, "utf-8")
    registry = AppRegistry.load(f"{API_KEYS};nonsense", str(apps_file))
    assert names_of(registry) == ["foobar-develop", "shop-prod"]
    apps_file.write_text(BLOG, "utf-8")
    caplog.clear()
    caplog.set_level(logging.INFO)
    assert registry.reload() is True
    assert names_of(registry) == ["foobar-develop", "blog-prod"]
    assert registry.by_api_key("k1") is None
    assert not registry.has_folder("shop-prod")
    assert [r.getMessage() for r in caplog.records] == ["the apps were read again: 2 records"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{SHOP}\nscan = 7", ", app 1: scan: wants true or false"),
        (f"{SHOP}\n{SHOP}", ", app 2: shop-prod has a record; put further keys into it"),
        (f"{SHOP}\n[[apps]", ": is no TOML (at line 6, column 7)"),
        ("", ": wants at least one [[apps]] table"),
        (toml({**RECORD, "api_key": "12345678"}), ", app 1: its key stands in an earlier one"),
        (f"{SHOP}\nprivate_keys = [{{ not_after = {PAST} }}]", ", app 1: private_keys: wants "),
    ],
)
def test_a_faulty_file_changes_nothing(
    apps_file: Path, caplog: pytest.LogCaptureFixture, content: str, reason: str
) -> None:
    """The apps stay as they were, and a logged error says why without a secret."""
    apps_file.write_text(SHOP, "utf-8")
    registry = AppRegistry.load(API_KEYS, str(apps_file))
    before = list(registry)
    apps_file.write_text(content, "utf-8")
    caplog.clear()
    assert registry.reload() is False
    assert list(registry) == before
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith(
        f"the apps stay as they were: APPS_FILE {apps_file}{reason}"
    )
    assert "HUNTER" not in caplog.text


def test_a_removed_file_changes_nothing(apps_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Until it is there again."""
    apps_file.write_text(SHOP, "utf-8")
    registry = AppRegistry.load("", str(apps_file))
    apps_file.unlink()
    assert registry.reload() is False
    assert names_of(registry) == ["shop-prod"]
    assert "wants a readable file (No such file or directory)" in caplog.text
    apps_file.write_text(BLOG, "utf-8")
    assert registry.reload() is True
    assert names_of(registry) == ["blog-prod"]


def test_what_nobody_foresaw_changes_nothing(
    apps_file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch goes on after any error: else a retired key would count until a restart."""
    apps_file.write_text(SHOP, "utf-8")
    registry = AppRegistry.load("", str(apps_file))
    with monkeypatch.context() as patch:
        patch.setattr("tomllib.loads", Mock(side_effect=MemoryError))
        assert registry.reload() is False
    assert names_of(registry) == ["shop-prod"]
    assert "the apps stay as they were" in caplog.text
    assert "MemoryError" in caplog.text
    assert registry.reload() is True


def test_without_a_file_nothing_is_read_again(caplog: pytest.LogCaptureFixture) -> None:
    """The apps of API_KEYS stand; there is nothing to watch."""
    registry = AppRegistry.load(API_KEYS)
    caplog.set_level(logging.INFO)
    registry.refresh()
    assert caplog.records == []
    assert registry.reload() is True
    assert names_of(registry) == ["foobar-develop"]


def written_in_place(path: Path) -> None:
    path.write_text(BLOG, "utf-8")


def replaced(path: Path) -> None:
    replace_file(path, BLOG)


def rewritten_with_its_old_time(path: Path) -> None:
    """As `cp -p` and `rsync -t` do; the length is the same as well."""
    before = path.stat()
    path.write_text(path.read_text("utf-8").replace('"shop"', '"blog"'), "utf-8")
    while path.stat().st_ctime_ns == before.st_ctime_ns:  # the clock of files has coarse ticks
        path.touch()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def removed_and_made_again(path: Path) -> None:
    path.unlink()
    path.write_text(BLOG, "utf-8")


CHANGES = [written_in_place, replaced, rewritten_with_its_old_time, removed_and_made_again]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_noticed(apps_file: Path, change: Callable[[Path], None]) -> None:
    """However the file is changed; an unchanged one is not read."""
    apps_file.write_text(SHOP, "utf-8")
    registry = AppRegistry.load("", str(apps_file))
    before = list(registry)
    registry.refresh()
    assert [id(app) for app in registry] == [id(app) for app in before]
    change(apps_file)
    registry.refresh()
    assert names_of(registry) == ["blog-prod"]


def test_a_swapped_link_is_noticed(tmp_path: Path) -> None:
    """Kubernetes swaps a link to the folder in which the mounted file lies."""
    for number, content in enumerate((SHOP, BLOG)):
        (tmp_path / f"..{number}").mkdir()
        (tmp_path / f"..{number}" / "apps.toml").write_text(content, "utf-8")
    (tmp_path / "..data").symlink_to("..0")
    (tmp_path / "apps.toml").symlink_to("..data/apps.toml")
    registry = AppRegistry.load("", str(tmp_path / "apps.toml"))
    assert names_of(registry) == ["shop-prod"]
    (tmp_path / "..data_tmp").symlink_to("..1")
    (tmp_path / "..data_tmp").replace(tmp_path / "..data")
    registry.refresh()
    assert names_of(registry) == ["blog-prod"]


def test_a_file_that_becomes_readable_is_noticed(apps_file: Path) -> None:
    """A change of owner or mode alone is a change."""
    apps_file.write_text(SHOP, "utf-8")
    registry = AppRegistry.load("", str(apps_file))
    replace_file(apps_file, BLOG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_text", Mock(side_effect=PermissionError(13, "Permission denied")))
        registry.refresh()
    assert names_of(registry) == ["shop-prod"]
    before = apps_file.stat()
    while apps_file.stat().st_ctime_ns == before.st_ctime_ns:  # the clock of files has coarse ticks
        apps_file.chmod(0o640)
    assert apps_file.stat().st_mtime_ns == before.st_mtime_ns
    registry.refresh()
    assert names_of(registry) == ["blog-prod"]


def test_a_fault_is_logged_once(apps_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not each second: an unchanged faulty file is not read again."""
    apps_file.write_text(SHOP, "utf-8")
    registry = AppRegistry.load("", str(apps_file))
    apps_file.unlink()
    for _ in range(3):
        registry.refresh()
    assert len(caplog.records) == 1


def test_a_change_during_the_first_reading_is_noticed(
    apps_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the file was when it was read counts, not what it is when all is ready."""
    apps_file.write_text(SHOP, "utf-8")
    read = Path.read_text

    def read_and_change(path: Path, encoding: str) -> str:
        content = read(path, encoding)
        replace_file(path, BLOG)
        return content

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", read_and_change)
        registry = AppRegistry.load("", str(apps_file))
    assert names_of(registry) == ["shop-prod"]
    registry.refresh()
    assert names_of(registry) == ["blog-prod"]


def test_the_last_of_two_readings_at_once_counts(
    apps_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow reading of the old file does not undo a later one: SIGHUP and the watch may meet."""
    apps_file.write_text(SHOP, "utf-8")
    registry = AppRegistry.load("", str(apps_file))
    has_read, may_end = threading.Event(), threading.Event()
    read = Path.read_text

    def read_slowly(path: Path, encoding: str) -> str:
        content = read(path, encoding)
        if not has_read.is_set():
            has_read.set()
            assert may_end.wait(10)
        return content

    monkeypatch.setattr(Path, "read_text", read_slowly)
    slow, quick = (threading.Thread(target=registry.reload) for _ in range(2))
    slow.start()
    assert has_read.wait(10)
    replace_file(apps_file, BLOG)
    quick.start()
    quick.join(0.2)  # it waits for the slow one, or is done
    may_end.set()
    for thread in (slow, quick):
        thread.join(10)
        assert not thread.is_alive()
    registry.refresh()
    assert names_of(registry) == ["blog-prod"]


async def until(holds: Callable[[], object]) -> None:
    """Wait for a state."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - files and signals set no event
            await asyncio.sleep(0.005)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watch that looks more often."""
    monkeypatch.setattr("thumbor_renuo.apps.WATCH_SECONDS", 0.01)


async def test_the_watch_follows_the_file(
    apps_file: Path, soon: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Change by change, faulty and missing files in between, until it is cancelled."""
    replace_file(apps_file, SHOP)
    registry = AppRegistry.load("", str(apps_file))
    task = asyncio.create_task(registry.watch())
    replace_file(apps_file, BLOG)
    await until(lambda: registry.has_folder("blog-prod"))
    assert not registry.has_folder("shop-prod")
    replace_file(apps_file, "nonsense")
    await until(lambda: "is no TOML" in caplog.text)
    remove(apps_file)
    await until(lambda: "No such file" in caplog.text)
    assert registry.has_folder("blog-prod")
    replace_file(apps_file, SHOP)
    await until(lambda: registry.has_folder("shop-prod"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_watch_reads_beside_the_loop(
    apps_file: Path, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file on a slow disk holds up no request."""
    replace_file(apps_file, SHOP)
    registry = AppRegistry.load("", str(apps_file))
    threads: list[threading.Thread] = []
    read = Path.read_text

    def noted(path: Path, encoding: str) -> str:
        threads.append(threading.current_thread())
        return read(path, encoding)

    monkeypatch.setattr(Path, "read_text", noted)
    task = asyncio.create_task(registry.watch())
    replace_file(apps_file, BLOG)
    await until(lambda: registry.has_folder("blog-prod"))
    task.cancel()
    assert threads
    assert threading.main_thread() not in threads


def test_a_change_is_looked_for_each_second() -> None:
    """A retired key counts no longer than that."""
    assert WATCH_SECONDS <= 1
