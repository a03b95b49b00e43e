"""thumbor_renuo.logs: one JSON object a line."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.logs import JsonFormatter, json_logs, request_id

SCRIPT = """
import logging, logging.config, sys
from thumbor_renuo.logs import json_logs
logging.config.dictConfig(json_logs(sys.argv[1]))
logging.getLogger("tornado.access").error("GET /?api_key=HUNTER")
logging.getLogger("botocore.auth").info("signature HUNTER")
logging.getLogger("ours").debug("debug")
logging.getLogger("ours").info("info", extra={"fields": {"status": 200}})
logging.getLogger("ours").warning("warning")
"""


def record(message: str = "hello", *args: object, **extra: Any) -> logging.LogRecord:
    """A log record of a known moment, 2015-03-26T10:20:30.123Z."""
    made = logging.LogRecord("our.logger", logging.WARNING, "f.py", 1, message, args, None)
    made.created = 1427365230.123
    made.__dict__.update(extra)
    return made


def written(level: str) -> list[dict[str, Any]]:
    """What the set-up of a level writes to standard output in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, level], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_has_exactly_the_documented_members() -> None:
    """Time in UTC, level, logger and message; nothing else without a request."""
    assert json.loads(JsonFormatter().format(record("%s of %d", "one", 2))) == {
        "time": "2015-03-26T10:20:30.123+00:00",
        "level": "warning",
        "logger": "our.logger",
        "message": "one of 2",
    }


def test_a_line_names_the_request_it_belongs_to() -> None:
    """Within a request its id stands in the line."""
    token = request_id.set("abc-1")
    try:
        line = json.loads(JsonFormatter().format(record()))
    finally:
        request_id.reset(token)
    assert line["request_id"] == "abc-1"
    assert "request_id" not in json.loads(JsonFormatter().format(record()))


def test_fields_stand_beside_the_message() -> None:
    """extra={"fields": …} becomes members of the object."""
    line = json.loads(JsonFormatter().format(record(fields={"status": 404, "app": "ä"})))
    assert (line["status"], line["app"], line["message"]) == (404, "ä", "hello")


def test_an_exception_stays_on_the_line() -> None:
    """The traceback is one string, and the line is still one line."""
    try:
        json.loads("boom")
    except json.JSONDecodeError:
        text = JsonFormatter().format(record(exc_info=sys.exc_info()))
    assert "\n" not in text
    exception = json.loads(text)["exception"]
    assert exception.startswith("Traceback (most recent call last):\n")
    assert exception.endswith("JSONDecodeError: Expecting value: line 1 column 1 (char 0)")


@given(st.text())
def test_any_message_is_one_line(message: str) -> None:
    """Line ends and control characters in a message neither break the line nor get lost."""
    text = JsonFormatter().format(record("%s", message))
    assert not {"\n", "\r"} & set(text)
    assert json.loads(text)["message"] == message


def test_the_set_up_writes_json_and_silences_access_lines() -> None:
    """Tornado's access lines and botocore's chatter, which hold keys, do not appear."""
    lines = written("info")
    assert [(line["logger"], line["level"], line["message"]) for line in lines] == [
        ("ours", "info", "info"),
        ("ours", "warning", "warning"),
    ]
    assert lines[0]["status"] == 200


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("debug", "DEBUG"),
        ("info", "INFO"),
        ("Warning", "WARNING"),
        ("error", "ERROR"),
        ("nonsense", "INFO"),
        ("", "INFO"),
    ],
)
def test_an_unknown_level_falls_back_to_info(level: str, expected: str) -> None:
    """Known levels count whatever their case; others are info."""
    assert json_logs(level)["root"]["level"] == expected


def test_the_level_counts() -> None:
    """At `warning`, only the warning is written."""
    assert [line["message"] for line in written("warning")] == ["warning"]
