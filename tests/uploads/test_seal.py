"""thumbor_renuo.uploads.seal: texts that only we can have made."""

import base64
import json
import re
import string
from hashlib import sha512
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from tests.conftest import make_settings
from thumbor_renuo.errors import Forbidden
from thumbor_renuo.uploads.seal import MAX_CHARACTERS, Seal

VALUE: dict[str, Any] = {"k": "o/foobar-develop/qstu/日本.png", "s": 12345, "e": 1_800_000_000}
SEAL = Seal(make_settings(), "token")
SEALED = SEAL.seal(VALUE)
values = st.dictionaries(
    st.text(max_size=5), st.none() | st.integers() | st.text(max_size=40), max_size=5
)
MESSAGE = "the token is none that was issued here"


def refusal(text: str, seal: Seal = SEAL) -> str:
    """The message with which a text is refused."""
    with pytest.raises(Forbidden) as caught:
        seal.open(text)
    assert caught.value.limit is None
    return caught.value.message


@given(values)
def test_what_was_sealed_is_opened(value: dict[str, Any]) -> None:
    """Any object comes back, from a text that a URL's path or query can hold as it is."""
    text = SEAL.seal(value)
    assert SEAL.open(text) == value
    assert re.fullmatch("[A-Za-z0-9_.-]+", text)


def test_seals_of_another_process_are_opened() -> None:
    """All that counts is in the options: nothing is kept, and a value always looks the same."""
    assert Seal(make_settings(), "token").seal(VALUE) == SEALED
    assert Seal(make_settings(S3_REGION="us-east-1"), "token").open(SEALED) == VALUE


def test_every_other_character_breaks_the_seal() -> None:
    """At each place, whatever the letter: of base64's alphabet or not."""
    alphabet = string.ascii_letters + string.digits + "-_.=+/ \n\0é"
    for at, old in enumerate(SEALED):
        for new in alphabet:
            if new != old:
                assert refusal(SEALED[:at] + new + SEALED[at + 1 :]) == MESSAGE


@pytest.mark.parametrize("more", ["A", "=", "==", ".", "-", "\n", " ", "\0", "!", "é", "\ud800"])
def test_nothing_may_stand_within_or_around(more: str) -> None:
    """Base64 decoders pass over strange characters; a seal has one text only."""
    for at in range(len(SEALED) + 1):
        assert refusal(SEALED[:at] + more + SEALED[at:]) == MESSAGE


def test_a_part_is_no_seal() -> None:
    """Cut at any place, from either end."""
    for at in range(len(SEALED)):
        assert refusal(SEALED[:at]) == MESSAGE
        if at:
            assert refusal(SEALED[at:]) == MESSAGE


@given(st.text() | st.text(string.ascii_letters + string.digits + "-_."))
def test_any_other_text_is_refused(text: str) -> None:
    """Nothing that a client sends raises anything else."""
    assert refusal(text) == MESSAGE


def test_parts_of_two_seals_do_not_fit() -> None:
    """One value with the signature of another."""
    other = SEAL.seal({**VALUE, "s": 1})
    assert refusal(f"{SEALED.rpartition('.')[0]}.{other.rpartition('.')[2]}") == MESSAGE
    assert SEALED.rpartition(".")[2] != other.rpartition(".")[2]


def test_each_purpose_has_its_own() -> None:
    """An upload id is no token, nor the other way round; the refusal says what it is not."""
    ids = Seal(make_settings(), "upload id")
    assert refusal(SEALED, ids) == "the upload id is none that was issued here"
    assert refusal(ids.seal(VALUE)) == MESSAGE


@pytest.mark.parametrize(
    "changes", [{"SECRET_KEY": "secret2"}, {"S3_SECRET_KEY": "x" * 40}, {"SECRET_KEY": "Secret"}]
)
def test_each_secret_has_its_own(changes: dict[str, str]) -> None:
    """Neither of the two secrets alone is enough."""
    other = Seal(make_settings(**changes), "token")
    assert refusal(SEALED, other) == MESSAGE
    assert refusal(other.seal(VALUE)) == MESSAGE


def test_the_secrets_cannot_be_shifted() -> None:
    """What one secret loses at its end and the other gains makes other seals."""
    one = Seal(make_settings(SECRET_KEY="ab", S3_SECRET_KEY="cd"), "token")
    two = Seal(make_settings(SECRET_KEY="abc", S3_SECRET_KEY="d"), "token")
    assert refusal(one.seal(VALUE), two) == MESSAGE


@pytest.mark.parametrize(
    ("key", "salt", "algorithm"),
    [
        ("", "thumbor_renuo token", "hmac"),
        ("secret", "thumbor_renuo token", "hmac"),
        ("12345678", "thumbor_renuo token", "hmac"),
        ("secret\n", "itsdangerous", "django-concat"),
    ],
)
def test_what_pages_know_seals_nothing(key: str, salt: str, algorithm: str) -> None:
    """A text that is well made with a guessed key is refused like any other."""
    forger = URLSafeSerializer(key, salt=salt, signer_kwargs={"key_derivation": algorithm})
    assert refusal(str(forger.dumps(VALUE))) == MESSAGE


def test_an_empty_signature_is_none() -> None:
    """Values without signature, with an empty one and with one of zeros."""
    payload = base64.urlsafe_b64encode(json.dumps(VALUE).encode()).decode().rstrip("=")
    for text in (payload, f"{payload}.", f"{payload}.{'A' * 43}", f".{payload}", "." * 50):
        assert refusal(text) == MESSAGE


def test_a_text_that_is_too_long_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is refused before anything is computed; what is below it is opened."""
    random = "".join(sha512(bytes([n])).hexdigest() for n in range(64))
    fits = SEAL.seal({"k": random[:4000]})
    assert MAX_CHARACTERS / 2 < len(fits) <= MAX_CHARACTERS
    assert SEAL.open(fits) == {"k": random[:4000]}
    too_long = SEAL.seal({"k": random})
    assert len(too_long) > MAX_CHARACTERS
    asked: list[str] = []
    monkeypatch.setattr(SEAL._serializer, "loads", asked.append)
    assert refusal(too_long) == MESSAGE
    assert refusal("A" * 10_000_000) == MESSAGE
    assert asked == []
