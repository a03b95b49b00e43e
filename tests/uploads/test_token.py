"""thumbor_renuo.uploads.token: what proves at the completion that an upload is the client's own."""

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import make_settings
from thumbor_renuo.errors import Forbidden
from thumbor_renuo.uploads.file_name import safe_file_name
from thumbor_renuo.uploads.seal import MAX_CHARACTERS, Seal
from thumbor_renuo.uploads.token import CompletionTokens, Declared

KEY = "o/foobar-develop/qstu/" + "0b1c/" * 8 + "photo.jpg"
CHECKSUM = base64.b64encode(bytes(range(32))).decode()
DECLARED = Declared(KEY, "image/jpeg", 12345, CHECKSUM)
ENDS = datetime(2026, 11, 22, 12, 15, tzinfo=UTC)
GRACE = 3600
TOKENS = CompletionTokens(make_settings(COMPLETION_SECONDS=str(GRACE)))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of day, in seconds since 1970, as a test sets it."""
    now = [ENDS.timestamp() - 900]
    monkeypatch.setattr("thumbor_renuo.uploads.token.time.time", lambda: now[0])
    return now


def refusal(token: str, key: str = KEY) -> str:
    """The message with which a token is refused."""
    with pytest.raises(Forbidden) as caught:
        TOKENS.read(token, key)
    return caught.value.message


@pytest.mark.parametrize(
    "declared",
    [
        DECLARED,
        replace(DECLARED, size=None),
        replace(DECLARED, size=0),
        replace(DECLARED, checksum_sha256=""),
        replace(DECLARED, size=5 * 1024**4),
    ],
)
def test_what_was_declared_comes_back(clock: list[float], declared: Declared) -> None:
    """With and without size and checksum, and when the token ends: the grace after the upload."""
    token = TOKENS.issue(declared, ENDS)
    assert TOKENS.read(token, KEY) == (declared, int(ENDS.timestamp()) + GRACE)


def test_another_process_reads_it(clock: list[float]) -> None:
    """Nothing is kept where it was issued."""
    other = CompletionTokens(make_settings())
    assert other.read(TOKENS.issue(DECLARED, ENDS), KEY)[0] == DECLARED


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(-1, True), (0, True), (1, False), (10**9, False)]
)
def test_a_token_ends(clock: list[float], seconds: float, is_good: bool) -> None:
    """COMPLETION_SECONDS after the signature of its upload, to the second."""
    token = TOKENS.issue(DECLARED, ENDS)
    clock[0] = ENDS.timestamp() + GRACE + seconds
    if is_good:
        assert TOKENS.read(token, KEY)[0] == DECLARED
    else:
        assert refusal(token) == "the token has expired"


@pytest.mark.parametrize(
    "key",
    [
        "",
        KEY + "x",
        KEY[:-1],
        KEY.replace("o/", "q/", 1),
        KEY.replace("foobar-develop", "foobar-develop-2"),
        KEY.upper(),
        "\ud800",
    ],
)
def test_a_token_is_of_one_key(clock: list[float], key: str) -> None:
    """Neither another file of the app nor the same file's other root."""
    assert refusal(TOKENS.issue(DECLARED, ENDS), key) == "the token is that of another key"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "." * 100, "\ud800", "é", "A" * 5000])
def test_anything_else_is_no_token(clock: list[float], token: str) -> None:
    """What a client makes up is refused in the same words."""
    assert refusal(token) == "the token is none that was issued here"


def test_a_token_cannot_be_altered(clock: list[float]) -> None:
    """No place of it can be another character."""
    token = TOKENS.issue(DECLARED, ENDS)
    for at, old in enumerate(token):
        for new in ("A", "B", "z", "9", "-", "."):
            if new != old:
                changed = token[:at] + new + token[at + 1 :]
                assert refusal(changed) == "the token is none that was issued here"


def test_an_upload_id_is_no_token(clock: list[float]) -> None:
    """What is sealed for another purpose with the same entries is refused."""
    sealed = Seal(make_settings(), "upload id").seal(
        {"k": KEY, "t": "image/jpeg", "s": 1, "e": int(ENDS.timestamp()) + GRACE, "u": "id"}
    )
    assert refusal(sealed) == "the token is none that was issued here"


@given(st.text(max_size=300), st.none() | st.integers(0, 10**15))
def test_no_token_is_too_long_to_be_read(name: str, size: int | None) -> None:
    """The longest key, type and checksum fit, in letters that are safe in URLs."""
    key = f"o/{'a' * 201}/qstu/{'0b1c/' * 8}{safe_file_name(name)}"
    declared = Declared(key, f"application/{'x' * 115}", size, CHECKSUM)
    token = TOKENS.issue(declared, datetime(2099, 1, 1, tzinfo=UTC))
    assert len(token) < MAX_CHARACTERS / 2
    assert re.fullmatch("[A-Za-z0-9_.-]+", token)
    assert TOKENS.read(token, key)[0] == declared


def test_a_token_shows_no_secret() -> None:
    """It can be read by anyone: only what the client has said itself stands in it."""
    opened = TOKENS._seal.open(TOKENS.issue(DECLARED, ENDS))
    assert opened == {
        "k": KEY,
        "t": "image/jpeg",
        "s": 12345,
        "e": int(ENDS.timestamp()) + GRACE,
        "c": CHECKSUM,
    }
