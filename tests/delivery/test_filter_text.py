"""thumbor_renuo.delivery.filter_text: any text has one way of standing in a filter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.delivery.known_filters import KNOWN
from thumbor_renuo.delivery.filter_calls import canonical_filters, split_filters
from thumbor_renuo.delivery.filter_text import decode_text, encode_text
from thumbor_renuo.errors import InvalidOptions


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("SALE", "SALE"), ("Gr\u00fc\u00dfe", "Gr\u00fc\u00dfe"), ("50% off", "50%25 off"),
        ("it's", "it%27s"), ("a,b", "'a,b'"), ("(a)", "'(a)'"), ("(a):b", "'(a)%3Ab'"),
        ("a/u/b", "a%2Fu%2Fb"),
        ("a\nb", "a%0Ab"), ("a+b\\c", "a%2Bb%5Cc"), ("a  b", "a %20b"), (" a ", "' a '"),
    ],
)  # fmt: skip
def test_what_is_special_is_encoded(text: str, encoded: str) -> None:
    """What would end the text, its filter or the options, or make an unsafe key, is encoded."""
    assert encode_text(text) == encoded


@given(st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable() and text.strip()))
def test_each_text_comes_through(text: str) -> None:
    """Thumbor's grammar reads the one way of writing, and it is written like that again."""
    call = f"text({encode_text(text)},0,0,9)"
    assert split_filters(call + ":grayscale()") == [call, "grayscale()"]
    try:
        written = canonical_filters(call, KNOWN)
    except InvalidOptions as error:
        assert "digits" in str(error)  # noqa: PT017  (no test of what raises)
        return
    assert written == call
    read = KNOWN["text"].init_if_valid(written, None)
    assert decode_text(read.params[0]) == text


def test_what_is_no_utf_8_is_refused() -> None:
    """It has no characters."""
    with pytest.raises(InvalidOptions, match="UTF-8"):
        decode_text("%ff")
