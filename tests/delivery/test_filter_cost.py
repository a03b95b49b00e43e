"""thumbor_renuo.delivery.filter_cost: work that is known before it is done."""

from typing import Any

import pytest

from thumbor_renuo.delivery.filter_cost import FilterSteps, steps_of
from thumbor_renuo.errors import InvalidOptions


@pytest.mark.parametrize(("name", "arguments", "steps"), [
    ("blur", [20, 0], 15), ("blur", [1, 0], 10), ("blur", [150, 0], 47), ("blur", [999, 0], 47),
    ("fill", ["blur", False], 20), ("sharpen", [2, 1, True], 50),
    ("convolution", [";".join("1" * 25), 5, True], 25), ("convolution", ["1;2;1", 3, True], 10),
    ("grayscale", [], 10), ("noise", [80], 10), ("quality", [80], 0), ("format", ["webp"], 0),
])  # fmt: skip
def test_a_filter_s_steps(name: str, arguments: list[Any], steps: int) -> None:
    """Those that look at neighbours cost more, those that look at no pixel nothing."""
    assert steps_of(name, arguments, 1000) == 1000 * steps


def test_the_limit_holds_for_all_filters_together() -> None:
    """The last step that fits is taken, and the next one names the limit."""
    counter = FilterSteps(100)
    counter.take("blur", 60)
    counter.take("noise", 40)
    with pytest.raises(InvalidOptions, match=r"'rgb'.*101 steps, over the limit of 100") as caught:
        counter.take("rgb", 1)
    assert caught.value.limit == 100
