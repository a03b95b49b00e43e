"""thumbor_renuo.uploads.prefix: the random folder of an upload."""

import re
from datetime import date

import pytest

from thumbor_renuo.uploads.prefix import first_group, new_prefix

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("secret_key", "api_key", "day", "group"),
    [
        ("foo", "bar", date(2015, 3, 1), "qdbl"),
        ("foo", "bar", date(2015, 3, 31), "qdbl"),
        ("secret", "12345678", date(2026, 11, 22), "qstu"),
    ],
)
def test_the_first_group_is_that_of_the_old_services(
    secret_key: str, api_key: str, day: date, group: str
) -> None:
    """The known answers; the day of the month does not count."""
    assert first_group(secret_key, api_key, day) == group
    assert new_prefix(secret_key, api_key, day).startswith(group + "/")


@pytest.mark.parametrize(
    ("secret_key", "api_key", "day"),
    [
        ("Foo", "bar", date(2015, 3, 1)),
        ("foo", "baz", date(2015, 3, 1)),
        ("foo", "bar", date(2015, 4, 1)),
        ("foo", "bar", date(2016, 3, 1)),
    ],
)
def test_secret_key_month_and_year_count(secret_key: str, api_key: str, day: date) -> None:
    """A change to any of the four gives another group."""
    assert first_group(secret_key, api_key, day) != "qdbl"


def test_a_prefix_is_nine_groups_of_four() -> None:
    """The month's group, then eight groups of hex digits, with a slash at the end."""
    assert re.fullmatch(r"qstu/(?:[0-9a-f]{4}/){8}", new_prefix("secret", "12345678", DAY))


def test_prefixes_are_all_different() -> None:
    """10,000 prefixes of one app in one month have nothing but the first group in common."""
    prefixes = [new_prefix("secret", "12345678", DAY) for _ in range(10_000)]
    assert len(set(prefixes)) == 10_000
    for group in range(1, 9):
        assert len({prefix.split("/")[group] for prefix in prefixes}) > 9_000
