"""thumbor_renuo.delivery.rule_faults: rules that no request could ever use."""

import pytest

from tests.delivery.known_filters import KNOWN
from thumbor_renuo.config import SAFE_FILTERS
from thumbor_renuo.config import filters as filters_kind
from thumbor_renuo.config import sizes as sizes_kind
from thumbor_renuo.delivery.rule_faults import filter_faults, preset_faults, size_faults


def test_what_the_documentation_shows_is_right() -> None:
    """And so is a rule for every filter."""
    shown = "quality(40..90) blur(0..20,*) format(webp|jpeg) grayscale none"
    assert list(filter_faults(filters_kind.parse(shown), KNOWN)) == []
    names = [name.rpartition(".")[2] for name in SAFE_FILTERS if "extract" not in name]
    assert list(filter_faults(names, KNOWN)) == []
    assert list(size_faults(sizes_kind.parse("300 320-1920/160 50x40 5-5/1"))) == []
    presets = {"card": "300x300/smart/filters:quality(80):blur(2)", "plain": "200x0"}
    assert list(preset_faults(presets, KNOWN)) == []


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("blurr", "there is no filter 'blurr'"),
        ("blurr(1..2)", "there is no filter 'blurr'"),
        ("extract_focal", "there is no filter 'extract_focal'"),
        ("quality(90..40)", "the range '90..40' of 'quality' is empty"),
        ("blur(*,2..1.5)", "the range '2..1.5' of 'blur' is empty"),
        ("quality(1..2,*)", "'quality(1..2,*)' has 2 arguments, and the filter takes 1"),
        ("grayscale(*)", "'grayscale(*)' has 1 arguments, and the filter takes 0"),
    ],
)
def test_a_rule_that_fits_no_filter_is_told(rule: str, fault: str) -> None:
    """By its name; others beside it are looked at, too."""
    assert list(filter_faults(filters_kind.parse([rule, "none", rule]), KNOWN)) == [fault] * 2


def test_steps_downwards_are_told() -> None:
    """They would allow nothing."""
    (fault,) = size_faults(sizes_kind.parse("1920-320/160"))
    assert fault == "the steps '1920-320/160' go from the larger to the smaller"


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ("p:plain", "it may not name a preset"),
        ("300x300x", "not understood from '300x300x' on"),
        ("300x300/filters:blurr(2)", "there is no filter 'blurr'"),
        ("filters:quality(101)", "argument 1 of 'quality' is 101, outside 0 to 100"),
        ("300x300@webp", "not understood from '300x300@webp' on"),
    ],
)
def test_a_faulty_preset_is_told(options: str, fault: str) -> None:
    """By its name, with what is wrong; one fault for each."""
    presets = {"plain": "200x0", "card": options}
    (told,) = preset_faults(presets, KNOWN)
    assert told.startswith("the preset 'card' is faulty: ")
    assert fault in told
