"""thumbor_renuo.config: the options, their bounds and what the environment sets."""

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from thumbor.config import Config

from tests.conftest import API_KEYS, ENVIRONMENT, make_config, make_settings
from thumbor_renuo.config import (
    SAFE_FILTERS,
    Settings,
    environment_name,
    markdown_table,
    option_name,
    production,
)
from thumbor_renuo.errors import ConfigurationError

ROOT = Path(__file__).parent.parent
SECRETS = {
    "S3_SECRET_KEY": "s3secretHUNTER1",
    "API_KEYS": API_KEYS.replace("98765", "apiHUNTER2"),
    "SECRET_KEY": "prefixHUNTER3",
    "THUMBOR_SECURITY_KEY": "thumborHUNTER4",
    "SENTRY_DSN": "https://sentryHUNTER5@sentry.example.com/1",
}
# option, just under, lowest, highest, just over
BOUNDS = [
    ("DECODED_CACHE_BYTES", "-1", "0", "68719476736", "68719476737"),
    ("S3_CONNECTIONS", "0", "1", "1000", "1001"),
    ("S3_CONNECT_SECONDS", "0.049", "0.05", "60", "60.1"),
    ("S3_READ_SECONDS", "0.049", "0.05", "300", "300.1"),
    ("S3_TOTAL_SECONDS", "0.09", "0.1", "600", "600.1"),
    ("S3_RETRIES", "-1", "0", "10", "11"),
    ("UPLOAD_POLICY_SECONDS", "59", "60", "604800", "604801"),
    ("UPLOAD_MAX_BYTES", "0", "1", "5368709120", "5368709121"),
    ("COMPLETION_SECONDS", "59", "60", "604800", "604801"),
    ("MULTIPART_SECONDS", "599", "600", "2592000", "2592001"),
    ("MULTIPART_PART_SECONDS", "59", "60", "604800", "604801"),
    ("S3_COMPLETE_SECONDS", "0.9", "1", "3600", "3600.1"),
    ("CHECK_MAX_PIXELS", "999999", "1000000", "2000000000", "2000000001"),
    ("CHECK_QUEUE", "0", "1", "1000", "1001"),
    ("CHECK_SECONDS", "0.9", "1", "3600", "3600.1"),
    ("CLAMD_SECONDS", "0.9", "1", "3600", "3600.1"),
    ("CLAMD_MAX_BYTES", "0", "1", "4294967296", "4294967297"),
    ("WEBHOOK_QUEUE", "0", "1", "1000000", "1000001"),
    ("WEBHOOK_SECONDS", "0.9", "1", "60", "60.1"),
    ("MAX_AGE", "-1", "0", "31536000", "31536001"),
    ("ERROR_MAX_AGE", "-1", "0", "86400", "86401"),
    ("SOURCE_MAX_BYTES", "0", "1", "2147483648", "2147483649"),
    ("THUMBNAIL_MAX_SIDE", "0", "1", "16383", "16384"),
    ("THUMBNAIL_MAX_FILTERS", "-1", "0", "100", "101"),
    ("THUMBNAIL_QUEUE", "0", "1", "10000", "10001"),
    ("S_MAXAGE", "-1", "0", "31536000", "31536001"),
    ("STALE_WHILE_REVALIDATE", "-1", "0", "31536000", "31536001"),
    ("STALE_IF_ERROR", "-1", "0", "31536000", "31536001"),
    ("THUMBNAIL_MAX_PIXELS", "0", "1", "268402689", "268402690"),
    ("THUMBNAIL_FILTER_STEPS", "999999", "1000000", "1000000000000", "1000000000001"),
    ("RENDER_THREADS", "-1", "0", "256", "257"),
    ("RENDER_SECONDS", "0.09", "0.1", "600", "600.1"),
    ("RENDER_MEMORY_BYTES", "-1", "0", "17592186044416", "17592186044417"),
    ("DECODED_CACHE_BYTES", "-1", "0", "68719476736", "68719476737"),
    ("SOURCE_CACHE_BYTES", "-1", "0", "68719476736", "68719476737"),
    ("SOURCE_CACHE_SECONDS", "-0.1", "0", "600", "600.1"),
    ("THUMBNAIL_WAIT_SECONDS", "0.09", "0.1", "300", "300.1"),
    ("SOURCE_MAX_PIXELS", "0", "1", "2000000000", "2000000001"),
    ("SOURCE_MAX_FRAMES", "0", "1", "10000", "10001"),
    ("DERIVATIVE_SECONDS", "0.049", "0.05", "60", "60.1"),
    ("WEBP_EFFORT", "-1", "0", "6", "7"),
    ("AVIF_SPEED", "-1", "0", "10", "11"),
    ("PNG_COMPRESSION_LEVEL", "-1", "0", "9", "10"),
    ("STORE_QUEUE_BYTES", "1048575", "1048576", "68719476736", "68719476737"),
    ("MEMORY_CACHE_BYTES", "-1", "0", "68719476736", "68719476737"),
    ("MEMORY_CACHE_SECONDS", "-0.1", "0", "60", "60.1"),
    ("RENDER_LOCK_SECONDS", "0.9", "1", "600", "600.1"),
    ("REMOTE_MAX_BYTES", "0", "1", "104857600", "104857601"),
    ("REMOTE_SECONDS", "0.09", "0.1", "60", "60.1"),
    ("REMOTE_CACHE_BYTES", "-1", "0", "4294967296", "4294967297"),
    ("REMOTE_CACHE_SECONDS", "-0.1", "0", "86400", "86400.1"),
    ("SHUTDOWN_SECONDS", "-0.1", "0", "600", "600.1"),
    ("CLIENT_BYTES_PER_SECOND", "0", "1", "1000000000", "1000000001"),
    ("CLIENT_WRITE_SECONDS", "0.9", "1", "3600", "3600.1"),
    ("READY_SECONDS", "0.09", "0.1", "60", "60.1"),
]
# Bounds with a fraction mark the options that take one.
WHOLE = {row[0] for row in BOUNDS if "." not in "".join(row[1:])}
GOOD_TEXTS = [
    ("S3_BUCKET_NAME", ["abc", "my.bucket-1", "b" * 63]),
    ("S3_PUBLIC_KEY", ["A", "A" * 128]),
    ("S3_SECRET_KEY", ["s", "s/+=" * 64]),
    ("S3_REGION", ["eu-central-1", "r" * 40]),
    ("S3_ENDPOINT", ["http://localhost:8333", "https://s3.example.com"]),
    ("S3_POLICY_DIALECT", ["aws", "seaweedfs"]),
    ("SECRET_KEY", ["x", "two\nlines"]),
    ("UPLOAD_ACL", ["bucket-owner-full-control", "public-read", "private"]),
    ("CDN_HOST", ["cdn.example.com", "localhost:8080", "[::1]:8080", "h" * 253]),
    ("THUMBOR_SECURITY_KEY", ["12345678", "MY_SECURE_KEY2", "eight\n  "]),
    ("LOG_LEVEL", ["debug", "info", "warning", "error"]),
    ("JPEG_ENCODER", ["libjpeg-turbo"]),
    ("RATE_LIMIT_ADDRESS", ["off", "1/second", "600/minute", "10/15minutes", "10000/day"]),
    ("CLAMD_ADDRESS", ["localhost:3310", "[::1]:3310", "unix:/run/clamav/clamd.ctl"]),
    ("SENTRY_DSN", ["https://key@o1.ingest.sentry.io/42", "http://key@localhost:9000/1"]),
]
BAD_TEXTS = [
    ("S3_BUCKET_NAME", ["ab", "b" * 64, "Upper", "-ab", "ab-", "a_b", "abc\n"]),
    ("S3_PUBLIC_KEY", ["A" * 129, "a b", "ключ"]),
    ("S3_SECRET_KEY", ["s" * 257, "a b"]),
    ("RATE_LIMIT_ADDRESS", ["0/minute", "many", "600", "1/year", "-1/day", "1/0minutes"]),
    ("CLAMD_ADDRESS", ["localhost", "unix:", "tcp://localhost:3310", "a b:1", "h:0", "h:65536"]),
    ("S3_REGION", ["r" * 41, "EU", "eu central"]),
    (
        "S3_ENDPOINT",
        ["localhost:9000", "ftp://host", "http://", "http://[", "http://h/path", "http://h?a=1"],
    ),
    ("S3_POLICY_DIALECT", ["AWS", "minio", "aws|seaweedfs"]),
    ("UPLOAD_ACL", ["public-read-write", "Private"]),
    ("CDN_HOST", ["https://cdn.example.com", "a/b", "a b", "h" * 254, "cdn.example.com\n"]),
    ("THUMBOR_SECURITY_KEY", ["1234567", "MY_SECURE_KEY"]),
    ("LOG_LEVEL", ["trace", "loud"]),
    ("THUMBNAIL_SIZES", ["0", "300x", "300-200", "1-2/0", "300,400", "100000"]),
    ("THUMBNAIL_FILTERS", ["Blur", "blur(", "blur()", "blur(1..)", "blur(1..2", "a" * 31]),
    ("AUTO_FORMATS", ["jpeg", "avif,webp"]),
    ("REMOTE_HOSTS", ["https://a.example", "10.0.0.1", "localhost", "*", "a.example:443", "*.x"]),
    ("ORIGIN_SECRETS", ["a" * 16 + "," + "b" * 16, "short", "s" * 201]),
    ("SENTRY_DSN", ["key", "ftp://key@host/1", "https://host/1", "https://key@host/"]),
    ("TRUSTED_PROXIES", ["proxy", "10.0.0.1/8", "10.0.0.0/33", "::1/129"]),
    ("DEMO_PAGE", ["maybe", "2", "-1"]),
    ("JPEG_ENCODER", ["mozjpeg", "libjpeg", "JPEGLI"]),
    ("PNG_PALETTE", ["256"]),
    ("S3_FORBIDDEN_IS_MISSING", ["perhaps"]),
]
REQUIRED = (
    "S3_BUCKET_NAME", "S3_PUBLIC_KEY", "S3_SECRET_KEY", "SECRET_KEY", "CDN_HOST",
    "THUMBOR_SECURITY_KEY",
)  # fmt: skip


def pairs(table: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    """The table's rows, one for each value."""
    return [(name, value) for name, values in table for value in values]


def value_of(settings: Settings, variable: str) -> Any:
    """The checked value of the option that an environment variable sets."""
    (option,) = (o for o in fields(Settings) if environment_name(o) == variable)
    return getattr(settings, option.name)


def faults_of(config: Config) -> tuple[str, ...]:
    """What Settings.of finds wrong."""
    with pytest.raises(ConfigurationError) as caught:
        Settings.of(config)
    return caught.value.faults


def test_an_empty_environment_is_told_everything_at_once() -> None:
    """All that must be set is reported in one error, in the order of the options."""
    names = [fault.partition(": got ")[0] for fault in faults_of(Config(**production({})))]
    assert names == [*REQUIRED, "API_KEYS, APPS_FILE"]


def test_each_fault_names_the_variable_the_value_and_what_is_wanted() -> None:
    """Several faults of different kinds make one error with a full line for each."""
    config = make_config(
        S3_BUCKET_NAME="NO", S3_RETRIES="many", CDN_HOST="https://cdn", UPLOAD_ACL="all"
    )
    with pytest.raises(ConfigurationError) as caught:
        Settings.of(config)
    assert caught.value.faults == (
        "S3_BUCKET_NAME: got 'NO', wants a bucket name",
        "S3_RETRIES: got 'many', wants a whole number of retries from 0 to 10",
        "UPLOAD_ACL: got 'all', wants one of bucket-owner-full-control, public-read, private",
        "CDN_HOST: got 'https://cdn', wants a host without scheme (cdn.example.com)",
    )
    assert all(fault in str(caught.value) for fault in caught.value.faults)


def test_a_complete_environment_is_accepted() -> None:
    """The known environment gives its own values and the documented defaults."""
    settings = make_settings()
    assert settings.s3_bucket_name == "bucket"
    assert settings.s3_region == "eu-central-1"
    assert settings.s3_endpoint == ""
    assert settings.upload_acl == "bucket-owner-full-control"
    assert settings.upload_policy_seconds == 28800
    assert settings.security_key == "a security key of ours"
    assert settings.sentry_dsn == ""
    assert settings.demo_page is False
    assert settings.trusted_proxies == ()


def test_the_answer_is_kept_for_a_config() -> None:
    """A config is checked once; another config has settings of its own."""
    config = make_config()
    assert Settings.of(config) is Settings.of(config)
    assert Settings.of(make_config(MAX_AGE="1")).max_age == 1
    assert Settings.of(config).max_age == 2592000


@pytest.mark.parametrize(("name", "low", "high"), [(row[0], row[2], row[3]) for row in BOUNDS])
def test_a_number_may_be_at_either_bound(name: str, low: str, high: str) -> None:
    """The lowest and the highest value are accepted, and typed."""
    for bound in (low, high):
        value = value_of(make_settings(**{name: bound}), name)
        assert value == float(bound)
        assert type(value) is (int if name in WHOLE else float)


@pytest.mark.parametrize(("name", "below", "above"), [(row[0], row[1], row[4]) for row in BOUNDS])
def test_a_number_past_a_bound_is_refused(name: str, below: str, above: str) -> None:
    """Just under the lowest and just over the highest value are one fault each."""
    for value in (below, above):
        (fault,) = faults_of(make_config(**{name: value}))
        assert fault.startswith(f"{name}: got {value!r}, wants a ")


@pytest.mark.parametrize("name", [row[0] for row in BOUNDS])
@pytest.mark.parametrize("value", ["many", "1e", "nan", "inf", "0x10", "9" * 5000])
def test_what_is_no_number_is_refused(name: str, value: str) -> None:
    """Words, infinities and numbers of thousands of digits are one fault."""
    (fault,) = faults_of(make_config(**{name: value}))
    assert fault.startswith(f"{name}: got ")


def test_jpegli_has_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start without it stops, and names the extra."""
    monkeypatch.setattr("thumbor_renuo.config.find_spec", {"pyjpegli": object()}.get)
    assert make_settings(JPEG_ENCODER="jpegli").jpeg_encoder == "jpegli"
    monkeypatch.setattr("thumbor_renuo.config.find_spec", {}.get)
    (fault,) = faults_of(make_config(JPEG_ENCODER="jpegli"))
    assert fault.startswith("JPEG_ENCODER: got 'jpegli', wants libjpeg-turbo, or jpegli where")
    assert "thumbor_renuo[jpegli]" in fault


def test_a_truth_value_is_no_number() -> None:
    """True in thumbor.conf does not count as 1."""
    config = Config(**{**production(ENVIRONMENT), "S3_RETRIES": True})
    assert faults_of(config) == (
        "S3_RETRIES: got True, wants a whole number of retries from 0 to 10",
    )


def test_every_number_has_a_row_in_this_file() -> None:
    """No numeric option goes without a test of its bounds."""
    numeric = {option_name(o) for o in fields(Settings) if type(o.default) in {int, float}}
    assert {row[0] for row in BOUNDS} == numeric


@pytest.mark.parametrize(("name", "value"), pairs(GOOD_TEXTS))
def test_a_good_text_is_kept_as_it_is(name: str, value: str) -> None:
    """What an option accepts comes out unchanged."""
    assert value_of(make_settings(**{name: value}), name) == value


@pytest.mark.parametrize(("name", "value"), pairs(BAD_TEXTS))
def test_a_bad_text_is_refused(name: str, value: str) -> None:
    """What an option does not accept is one fault that names it."""
    (fault,) = faults_of(make_config(**{name: value}))
    assert fault.startswith(f"{name}: got ")
    assert ", wants " in fault


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *[(word, True) for word in ("1", "true", "YES", "On", True)],
        *[(word, False) for word in ("0", "false", "No", "OFF", False)],
    ],
)
def test_a_switch_takes_the_usual_words(value: str | bool, expected: bool) -> None:
    """Each word for yes and no is understood, whatever its case."""
    config = Config(**{**production(ENVIRONMENT), "DEMO_PAGE": value})
    assert Settings.of(config).demo_page is expected


def test_the_endpoint_loses_its_last_slash() -> None:
    """http://host/ and http://host are the same endpoint."""
    assert make_settings(S3_ENDPOINT="http://localhost:8333/").s3_endpoint == (
        "http://localhost:8333"
    )


@pytest.mark.parametrize("value", ["10.0.0.0/8, ::1", ["10.0.0.0/8", "::1"]])
def test_proxies_are_read_from_text_and_from_a_list(value: str | list[str]) -> None:
    """An address counts as a network of one."""
    config = Config(**{**production(ENVIRONMENT), "TRUSTED_PROXIES": value})
    assert Settings.of(config).trusted_proxies == ("10.0.0.0/8", "::1/128")


def test_thumbors_default_key_is_refused_by_name() -> None:
    """The key that everybody knows stops the start."""
    (fault,) = faults_of(make_config(THUMBOR_SECURITY_KEY="MY_SECURE_KEY"))
    assert fault == (
        "THUMBOR_SECURITY_KEY: got nothing, or Thumbor's default key, "
        "wants a text of at least 8 characters that is not Thumbor's default"
    )


def test_a_source_of_apps_is_needed() -> None:
    """API_KEYS or APPS_FILE: neither is a fault, one of them is enough."""
    assert faults_of(make_config(API_KEYS="")) == (
        "API_KEYS, APPS_FILE: got neither, wants one of them",
    )
    assert make_settings(API_KEYS="", APPS_FILE="/etc/apps.toml").apps_file == "/etc/apps.toml"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("S3_SECRET_KEY", "HUNTER with blanks"),
        ("THUMBOR_SECURITY_KEY", "HUNTER"),
        ("SENTRY_DSN", "HUNTER@example.com/1"),
    ],
)
def test_a_faulty_secret_is_not_shown(name: str, value: str) -> None:
    """The fault tells a secret's length and not the secret."""
    (fault,) = faults_of(make_config(**{name: value}))
    assert fault.startswith(f"{name}: got a value of {len(value)} characters (not shown), wants ")
    assert "HUNTER" not in fault


@pytest.mark.parametrize("name", ["SECRET_KEY", "S3_SECRET_KEY", "SECURITY_KEY", "SENTRY_DSN"])
def test_a_secret_of_another_type_is_not_shown(name: str) -> None:
    """A secret written as a number in thumbor.conf is refused without its digits."""
    (fault,) = faults_of(Config(**{**production(ENVIRONMENT), name: 8675309}))
    assert "8675309" not in fault
    assert "(not shown)" in fault


@pytest.mark.parametrize("text", ["avif", "webp avif", "none"])
def test_a_list_has_blanks_between(text: str) -> None:
    """As one writes it into the environment."""
    assert make_settings(AUTO_FORMATS=text).auto_formats == tuple(text.split())


def test_good_secrets_are_not_shown_beside_faults() -> None:
    """No secret stands in the message about another option's fault."""
    with pytest.raises(ConfigurationError) as caught:
        make_settings(**SECRETS, S3_RETRIES="many")
    assert "HUNTER" not in str(caught.value)
    assert "HUNTER" not in repr(caught.value)


def test_the_representation_shows_no_secret() -> None:
    """repr(Settings) has the public options and none of the five secrets."""
    settings = make_settings(**SECRETS)
    assert [value_of(settings, name) for name in SECRETS] == list(SECRETS.values())
    assert "HUNTER" not in repr(settings)
    assert "s3_bucket_name='bucket'" in repr(settings)


def test_every_option_is_known_to_thumbor() -> None:
    """Each field is an option of Thumbor's Config, with a default of its own."""
    missing = {option_name(o) for o in fields(Settings)} - set(Config.class_defaults)
    assert missing == set()
    assert Config.class_defaults["UPLOAD_POLICY_SECONDS"] == 28800
    assert Config.class_defaults["S3_REGION"] == "eu-central-1"


@pytest.mark.parametrize(
    ("variable", "option"),
    [
        ("S3_BUCKET_NAME", "S3_BUCKET_NAME"),
        ("S3_PUBLIC_KEY", "S3_PUBLIC_KEY"),
        ("S3_SECRET_KEY", "S3_SECRET_KEY"),
        ("CDN_HOST", "CDN_HOST"),
        ("API_KEYS", "API_KEYS"),
        ("SECRET_KEY", "SECRET_KEY"),
        ("THUMBOR_SECURITY_KEY", "SECURITY_KEY"),
        ("SENTRY_DSN", "SENTRY_DSN"),
    ],
)
def test_the_variables_of_existing_operators_are_read(variable: str, option: str) -> None:
    """Each variable that is set today sets its option; an empty one counts as not set."""
    assert production({variable: "a value"})[option] == "a value"
    assert option not in production({variable: ""})


def test_the_signing_key_has_one_variable() -> None:
    """SECURITY_KEY in the environment, which other programs may set, is not read."""
    assert "SECURITY_KEY" not in production({"SECURITY_KEY": "somebody else's"})


def test_production_replaces_thumbors_unsafe_defaults() -> None:
    """The options that must not stay at Thumbor's defaults are set."""
    chosen = production({})
    assert chosen["ALLOW_UNSAFE_URL"] is False
    assert chosen["MAX_ID_LENGTH"] == 0
    assert chosen["RESPECT_ORIENTATION"] is True
    assert chosen["MAX_AGE"] == 2592000
    assert chosen["UPLOAD_ENABLED"] is False
    assert chosen["LOADER"] == "thumbor_renuo.loaders.s3_loader"


def test_all_filters_are_on_and_pixels_are_ours() -> None:
    """The seven legacy filters are among the filters, and none runs Thumbor's C code on pixels."""
    filters = {name.rpartition(".")[2] for name in production({})["FILTERS"]}
    legacy = {"brightness", "contrast", "rgb", "round_corner", "quality", "noise", "watermark"}
    assert legacy <= filters
    assert len(SAFE_FILTERS) == len(filters)
    for name in SAFE_FILTERS:
        assert ".ext." not in Path(import_module(name).__file__ or "").read_text() or (
            name == "thumbor_renuo.filters.noise"
        )


@pytest.mark.parametrize(
    ("level", "expected"), [("", "INFO"), ("debug", "DEBUG"), ("nonsense", "INFO")]
)
def test_the_log_level_reaches_the_logging_set_up(level: str, expected: str) -> None:
    """LOG_LEVEL sets the root logger's level; an unknown one does not break the start-up."""
    assert production({"LOG_LEVEL": level})["THUMBOR_LOG_CONFIG"]["root"]["level"] == expected


def test_the_repositorys_thumbor_conf_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thumbor, loading our thumbor.conf, sees what production() chose."""
    for option in fields(Settings):
        monkeypatch.delenv(environment_name(option), raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    loaded = Config.load(str(ROOT / "thumbor.conf"))
    expected = production(ENVIRONMENT)
    assert {name: getattr(loaded, name) for name in expected} == expected
    assert Settings.of(loaded) == make_settings()


def test_the_table_lists_each_option_once() -> None:
    """The configuration page has one row for each option, under its environment's name."""
    rows = [line for line in markdown_table().splitlines() if line.startswith("| `")]
    names = [row.split("`")[1] for row in rows]
    assert sorted(names) == sorted(environment_name(option) for option in fields(Settings))
    assert "THUMBOR_SECURITY_KEY" in names


def test_the_table_can_be_read() -> None:
    """Each row has its four cells, and a default may be written into the environment as it is."""
    rows = [line for line in markdown_table().splitlines() if line.startswith("| `")]
    cells = {row.split("`")[1]: re.split(r"(?<!\\)\|", row)[1:-1] for row in rows}
    assert {len(row) for row in cells.values()} == {4}
    for option in fields(Settings):
        default = cells[environment_name(option)][1].strip()
        if default.startswith("`"):
            assert option.metadata["kind"].parse(default.strip("`")) == option.default


def test_the_table_marks_what_is_required() -> None:
    """Exactly the options without a usable default are marked as required."""
    rows = [line for line in markdown_table().splitlines() if "**required**" in line]
    assert {row.split("`")[1] for row in rows} == set(REQUIRED)


@pytest.mark.parametrize(("name", "value"), [
    ("TRUSTED_PROXIES", [5.5]), ("S3_RETRIES", 3.7), ("S3_ENDPOINT", "http://h:99999"),
    ("S3_ENDPOINT", "http://h#x"), ("SENTRY_DSN", "https://a@b/c"), ("CDN_HOST", "::::"),
    ("API_KEYS", " "),
])  # fmt: skip
def test_what_only_looks_right_is_a_fault(name: str, value: object) -> None:
    """Values of other types, and texts that would fail later, stop the start."""
    with pytest.raises(ConfigurationError, match=name):
        Settings.of(Config(**{**production(ENVIRONMENT), name: value}))


def test_no_endpoint_is_aws() -> None:
    """None in thumbor.conf is the same as nothing."""
    config = Config(**{**production(ENVIRONMENT), "S3_ENDPOINT": None})
    assert Settings.of(config).s3_endpoint == ""


def test_a_password_in_an_address_is_not_shown() -> None:
    """It is refused without being repeated."""
    with pytest.raises(ConfigurationError) as raised:
        make_settings(S3_ENDPOINT="http://user:HUNTER@h")
    assert "HUNTER" not in str(raised.value)
