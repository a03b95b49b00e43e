"""The thumbor-renuo command."""

import re
from typing import Any

import pytest

from tests.conftest import APP, ENVIRONMENT
from thumbor_renuo import cli


@pytest.fixture(autouse=True)
def environment(monkeypatch: Any) -> None:
    """Only what a test sets."""
    for name in (*ENVIRONMENT, "PORT", "DATA_DIR", "APPS_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_options_are_printed(capsys: Any) -> None:
    """The table of the documentation comes from the command."""
    assert cli.main(["options"]) == 0
    assert "| `S3_BUCKET_NAME` |" in capsys.readouterr().out


def test_a_wrong_set_up_stops_the_start(capsys: Any, monkeypatch: Any) -> None:
    """All faults in one message, on standard error, with exit code 1."""
    monkeypatch.setenv("S3_READ_SECONDS", "soon")
    assert cli.main(["serve", "--port", "1"]) == 1
    message = capsys.readouterr().err
    assert "S3_BUCKET_NAME: got nothing" in message
    assert "S3_READ_SECONDS: got 'soon', wants a number of seconds" in message


def test_a_missing_configuration_file(capsys: Any) -> None:
    """The message names the file."""
    assert cli.main(["serve", "--conf", "/nowhere/thumbor.conf"]) == 1
    assert "/nowhere/thumbor.conf" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [
    ["serve", "--port", "0"], ["serve", "--port", "65536"], ["serve", "--port", "x"],
    ["serve", "--processes", "0"], ["serve", "--processes", "-1"], ["nothing"], [],
])  # fmt: skip
def test_bad_arguments(arguments: list[str], capsys: Any) -> None:
    """Usage, and exit code 2."""
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_bad_port_in_the_environment(monkeypatch: Any, capsys: Any) -> None:
    """PORT is checked as --port is."""
    monkeypatch.setenv("PORT", "http")
    with pytest.raises(SystemExit):
        cli.main(["serve"])
    assert "'http'" in capsys.readouterr().err


def test_an_image_is_signed(capsys: Any, monkeypatch: Any) -> None:
    """The URL, and nothing else, on standard output."""
    monkeypatch.setenv("API_KEYS", ENVIRONMENT["API_KEYS"])
    monkeypatch.setenv("CDN_HOST", "cdn.example.com")
    assert cli.main(["sign", f"o/{APP}/ab12/hat.jpg", "--original"]) == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(
        rf"https://cdn\.example\.com/s/[0-9a-f]{{8}}\.\d+\.o\.[\w-]{{43}}/o/{APP}/ab12/hat\.jpg\n",
        out,
    )
    assert err == ""


def test_what_cannot_be_signed_is_told(capsys: Any) -> None:
    """On standard error, with exit code 1."""
    assert cli.main(["sign", "o/nobody/ab12/hat.jpg"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("there is no app 'nobody'\n")
