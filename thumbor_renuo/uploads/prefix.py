"""The random prefix of an upload, `qstu/0b1c/…/`: no two uploads share one."""

import base64
import hashlib
import re
import secrets
from datetime import date
from functools import lru_cache

RANDOM_BYTES = 16


def first_group(secret_key: str, api_key: str, day: date) -> str:
    """The 4 characters that all of a key's uploads of one month share.

    They are derived as the services before us did, so that a month's folders stay one.

    Args:
        day: the date in UTC; only its month and year count.
    """
    return _group_of(f"{secret_key}--{api_key}--{day.month}--{day.year}")


@lru_cache(maxsize=1000)
def _group_of(seed: str) -> str:
    digest = base64.b64encode(hashlib.sha512(seed.encode()).digest()).decode()
    return re.sub("[^0-9a-z]", "", digest.lower())[:4]


def new_prefix(secret_key: str, api_key: str, day: date) -> str:
    """A fresh prefix: the month's group, then 16 random bytes in hex, in groups of four."""
    random = secrets.token_hex(RANDOM_BYTES)
    groups = [random[at : at + 4] for at in range(0, len(random), 4)]
    return "/".join([first_group(secret_key, api_key, day), *groups]) + "/"
