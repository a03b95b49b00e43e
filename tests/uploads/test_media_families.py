"""thumbor_renuo.uploads.media_families: names and kinships of media types."""

import re

from thumbor_renuo.uploads.media_families import (
    ALIASES,
    CONTAINED,
    FAMILIES,
    canonical,
    is_of_one_family,
    may_be_in,
)

MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")


def test_a_name_leads_to_one_that_leads_no_further() -> None:
    """So that each type has one canonical name."""
    for alias, name in ALIASES.items():
        assert MEDIA_TYPE.fullmatch(alias)
        assert MEDIA_TYPE.fullmatch(name)
        assert canonical(alias) == canonical(name) == name


def test_kinships_are_between_canonical_names() -> None:
    """Others would never be found."""
    assert {kind for family in FAMILIES for kind in family} & set(ALIASES) == set()
    assert set(CONTAINED) & set(ALIASES) == set()


def test_no_type_is_in_two_families() -> None:
    """Else two that differ would agree by way of a third."""
    kinds = [kind for family in FAMILIES for kind in family]
    assert len(kinds) == len(set(kinds))


def test_what_runs_is_kin_to_nothing_else() -> None:
    """No page, SVG or program passes for something harmless."""
    active = {"text/html", "application/xhtml+xml", "image/svg+xml", "application/x-msdownload"}
    harmless = {"image/png", "text/plain", "text/csv", "application/pdf", "application/zip"}
    for found in active:
        for declared in harmless:
            assert not is_of_one_family(declared, found)
            assert not may_be_in(declared, found)
