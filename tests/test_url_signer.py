"""thumbor_renuo.url_signer: Thumbor's signatures, compared in constant time."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from libthumbor import CryptoURL

from thumbor_renuo.url_signer import UrlSigner

KEY = "my-security-key"
URL = "300x200/my.server.com/some/path/to/image.jpg"
# The example of libthumbor's own documentation.
SIGNATURE = b"8ammJH8D-7tXy6kU3lTvoXlhu4o="


def test_the_signature_is_that_of_libthumbors_documentation() -> None:
    """The known answer."""
    assert UrlSigner(KEY).signature(URL) == SIGNATURE


@given(
    key=st.text(st.characters(codec="ascii"), min_size=1),
    width=st.integers(1, 9999),
    image=st.text("abc/ä.", min_size=1),
)
def test_what_libthumbor_signs_is_valid(key: str, width: int, image: str) -> None:
    """A URL made with libthumbor and the same key is accepted."""
    path = CryptoURL(key=key).generate(width=width, height=20, image_url=image)
    _, signature, url = path.split("/", 2)
    assert UrlSigner(key).validate(signature.encode(), url)


@pytest.mark.parametrize(
    ("signature", "url", "valid"),
    [
        (SIGNATURE, URL, True),
        (SIGNATURE, URL + "x", False),
        (SIGNATURE, "301x200/my.server.com/some/path/to/image.jpg", False),
        (SIGNATURE[:-1], URL, False),
        (b"9" + SIGNATURE[1:], URL, False),
        (SIGNATURE.swapcase(), URL, False),
        (b"", URL, False),
        ("ä".encode(), URL, False),
    ],
)
def test_only_the_urls_own_signature_is_valid(signature: bytes, url: str, valid: bool) -> None:
    """Another URL's, a shortened, a changed and an empty signature are refused."""
    assert UrlSigner(KEY).validate(signature, url) is valid


def test_another_key_makes_another_signature() -> None:
    """A signature does not hold under a different key."""
    assert not UrlSigner("another key").validate(SIGNATURE, URL)


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision is hmac.compare_digest's."""
    compared = []

    def spy(a: bytes, b: bytes) -> bool:
        compared.append({a, b})
        return False

    monkeypatch.setattr(hmac, "compare_digest", spy)
    assert UrlSigner(KEY).validate(SIGNATURE, URL) is False
    assert compared == [{SIGNATURE}]
