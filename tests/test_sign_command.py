"""`thumbor-renuo sign`: URLs that the service takes, and what is not signed."""

import argparse
import os
import re
import shlex
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.docs import block
from thumbor_renuo import sign_command
from thumbor_renuo.apps import AppRegistry, digest
from thumbor_renuo.delivery import path_signature
from thumbor_renuo.delivery.thumbnail_path import ThumbnailPath
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.s3.object_key import ObjectKey, decode_path
from thumbor_renuo.sign_command import SignError

KEY = "o/shop-live/ab12/Hüte & Co.jpg"
QUOTED = "o/shop-live/ab12/H%C3%BCte%20%26%20Co.jpg"
OLD, NEW = digest("old"), digest("new")
SHOP = f"""\
[[apps]]
name = "shop"
env = "live"
api_key = "a1"
private_keys = [
  {{ sha256 = "{digest("ended")}", not_after = 2020-01-01T00:00:00Z }},
  {{ sha256 = "{OLD}" }},
]
private = true
presets = {{ card = "300x200/smart" }}
"""


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of one app, named by APPS_FILE."""
    file = tmp_path / "apps.toml"
    file.write_text(SHOP, "utf-8")
    for name in ("API_KEYS", "CDN_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("APPS_FILE", str(file))
    return file


def signed(*arguments: str) -> str:
    """What `thumbor-renuo sign …` prints."""
    parser = argparse.ArgumentParser()
    sign_command.add_parser(parser.add_subparsers())
    return sign_command.signed(parser.parse_args(["sign", *arguments]))


def seconds_left(signed_path: str) -> float:
    """What the service makes of a path: it refuses, or says how long it counts."""
    token, path = path_signature.split(signed_path)
    asked: dict[str, Any] = {"wants": "original"}
    if path.startswith("/o/"):
        key = ObjectKey.parse(decode_path(path).removeprefix("/"))
    else:
        thumbnail = ThumbnailPath.parse(path, presets_of=lambda _app: {"card": "300x200/smart"})
        key = thumbnail.key
        asked = {"wants": "thumbnail", "width": thumbnail.parameters["width"]}
    app = AppRegistry.load("", os.environ["APPS_FILE"]).by_name(key.app)
    assert app is not None
    return path_signature.verify(app, token, key, **asked, now=time.time())


@pytest.mark.parametrize(
    ("arguments", "scope", "tail"),
    [
        ("", "t", f"/t/u/{QUOTED}"),
        ("--original", "o", f"/{QUOTED}"),
        ("--options 300x300/smart", "t", f"/t/300x300/smart/u/{QUOTED}"),
        ("--options 9x9/filters:fill(red)", "t", f"/t/9x9/filters:fill(red)/u/{QUOTED}"),
        ("--options p:card", "t", f"/t/p:card/u/{QUOTED}"),
        ("--options 640x0 --widths 640,320", "w320-640", f"/t/640x0/u/{QUOTED}"),
        ("--options p:card --widths 300", "w300", f"/t/p:card/u/{QUOTED}"),
    ],
)
def test_an_image_is_signed(arguments: str, scope: str, tail: str) -> None:
    """With the first private key that counts; the service takes the path, for an hour."""
    found = signed(KEY, *arguments.split())
    assert re.fullmatch(
        rf"/s/{OLD[:8]}\.[0-9]{{10}}\.{scope}\.[A-Za-z0-9_-]{{43}}{re.escape(tail)}", found
    )
    assert 3590 < seconds_left(found) <= 3600


def test_an_end_may_be_said() -> None:
    """In seconds from now, a year at most."""
    assert 50 < seconds_left(signed(KEY, "--expires-in", "60")) <= 60
    year = 365 * 86400
    assert year - 10 < seconds_left(signed(KEY, "--expires-in", str(year))) <= year


@pytest.mark.parametrize(
    ("host", "address"),
    [("cdn.example.com", "https://cdn.example.com"), ("http://localhost:8888",) * 2],
)
def test_the_cdn_s_host_makes_it_a_url(
    monkeypatch: pytest.MonkeyPatch, host: str, address: str
) -> None:
    """From the environment, or as an option."""
    assert signed(KEY, "--cdn-host", host).startswith(f"{address}/s/")
    monkeypatch.setenv("CDN_HOST", host)
    url = signed(KEY)
    assert url.startswith(f"{address}/s/")
    assert seconds_left(urlsplit(url).path)


def test_apps_of_the_environment_sign_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of API_KEYS, with or without a file."""
    monkeypatch.setenv(
        "API_KEYS", '{"key":"k","private_key":"p","app_name":"foobar","env":"develop"}'
    )
    monkeypatch.delenv("APPS_FILE")
    assert signed("o/foobar-develop/ab12/x").startswith(f"/s/{digest('p')[:8]}.")


def test_the_option_names_another_file(path: Path, tmp_path: Path) -> None:
    """It counts before APPS_FILE."""
    other = tmp_path / "other.toml"
    other.write_text(SHOP.replace(OLD, NEW), "utf-8")
    assert signed(KEY, "--apps-file", str(other)).startswith(f"/s/{NEW[:8]}.")


def test_the_key_counts_for_the_whole_time(path: Path) -> None:
    """One that ends before is passed over; without another, nothing is signed."""
    ends = "2999-01-01T00:00:00Z"
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1000))
    text = SHOP.replace(f'"{OLD}"', f'"{OLD}", not_after = {soon}')
    path.write_text(text, "utf-8")
    assert signed(KEY, "--expires-in", "600").startswith(f"/s/{OLD[:8]}.")
    with pytest.raises(SignError, match="no private key of shop-live counts for so long"):
        signed(KEY)
    path.write_text(
        text.replace("]\nprivate", f'  {{ sha256 = "{NEW}", not_after = {ends} }},\n]\nprivate'),
        "utf-8",
    )
    assert signed(KEY).startswith(f"/s/{NEW[:8]}.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([KEY, "--options", "bogus"], "not understood from 'bogus'"),
        ([KEY, "--options", "p:none"], "preset 'none'"),
        ([KEY, "--options", "9x9/u/o/shop-live/other"], "/u/"),
        ([KEY, "--options", "u/o/shop-live"], "/u/"),
        ([KEY, "--widths", "320"], "the widths 320: none is asked for"),
        ([KEY, "--options", "321x0", "--widths", "320"], "the widths 320: '321' is not"),
        ([KEY, "--options", "p:card", "--widths", "320"], "the widths 320: '300' is not"),
        ([KEY, "--widths", ",".join(map(str, range(1, 34)))], "1 to 32 widths"),
        ([KEY, "--original", "--widths", "320"], "--original and --widths"),
        (["o/nobody/ab12/x"], "there is no app 'nobody'"),
        (["ab12/hat.jpg"], "not of the form o/<app>/<prefix>/<name>"),
        (["o/shop-live/../x/y"], "component"),
        (["o/shop-live/x\udcff"], "surrogates"),
        ([KEY, "--cdn-host", "a b"], "the CDN's host"),
    ],
)
def test_what_the_service_would_refuse_is_not_signed(arguments: list[str], message: str) -> None:
    """One line says why."""
    with pytest.raises(SignError, match=re.escape(message)) as refused:
        signed(*arguments)
    assert "\n" not in str(refused.value)


def test_a_faulty_file_is_told(path: Path) -> None:
    """In the server's words."""
    path.write_text(f"{SHOP}scan = 7\n", "utf-8")
    with pytest.raises(ConfigurationError, match="app 1: scan: wants true or false"):
        signed(KEY)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [KEY, "--options", "9x9", "--original"],
        [KEY, "--widths", ""],
        [KEY, "--widths", "320,"],
        [KEY, "--widths", "0"],
        [KEY, "--widths", "65536"],
        [KEY, "--widths", "\u0663"],
        [KEY, "--expires-in", "0"],
        [KEY, "--expires-in", "-1"],
        [KEY, "--expires-in", "31536001"],
        [KEY, "--expires-in", "1h"],
        [KEY, "--expires-in", "9" * 5000],
    ],
)
def test_bad_arguments(arguments: list[str], capsys: Any) -> None:
    """Usage, and exit code 2."""
    with pytest.raises(SystemExit) as stopped:
        signed(*arguments)
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_examples_of_the_docs_are_signed() -> None:
    """Each command gives a path that the service takes."""
    lines = block("delivery.md", "Private apps", "sh").code.splitlines()
    assert len(lines) == 3
    for line in lines:
        program, command, *arguments = shlex.split(line)
        assert (program, command) == ("thumbor-renuo", "sign")
        assert seconds_left(signed(*arguments))
