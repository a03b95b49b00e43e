"""The text of the filter `text`, as it stands between commas."""

import re
from urllib.parse import quote, unquote

from thumbor_renuo.errors import InvalidOptions

# What would end the text, or the options, or make no key to store the image under.
SPECIAL = re.compile(r"[%'/\\+\x00-\x1f\x7f]|(?<=\s)\s|(?<=\)):")


def decode_text(text: str) -> str:
    """The text that is meant: percent-encoded once more, where it has to be.

    Raises:
        InvalidOptions: it is not UTF-8.
    """
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise InvalidOptions("the text of 'text' is not percent-encoded UTF-8") from None


def encode_text(text: str) -> str:
    """The one way of writing it: what needs it is percent-encoded, or all of it quoted."""
    encoded = SPECIAL.sub(lambda found: quote(found[0], safe=""), text)
    return f"'{encoded}'" if set(",)") & set(encoded) or encoded != encoded.strip() else encoded
