"""thumbor_renuo.apps: the tenants, from API_KEYS and from a TOML file."""

import json
import logging
from pathlib import Path

import pytest

from tests.conftest import API_KEYS
from thumbor_renuo.apps import App, AppRegistry
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
