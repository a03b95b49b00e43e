"""thumbor_renuo.delivery.admission: a bound on the work that is accepted at once."""

from contextlib import ExitStack

import pytest

from thumbor_renuo.delivery.admission import Admission
from thumbor_renuo.errors import Unavailable


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_as_many_as_the_limit_are_admitted(limit: int) -> None:
    """The next is refused at once; the error names the limit and is a 503."""
    admission = Admission(limit)
    with ExitStack() as held:
        for _ in range(limit):
            held.enter_context(admission.place())
        with pytest.raises(Unavailable) as caught, admission.place():
            pytest.fail("one too many was admitted")
    assert (caught.value.status, caught.value.limit) == (503, limit)
    assert str(caught.value) == f"{limit} requests are under way already, try again"


def test_a_place_is_free_again_afterwards() -> None:
    """Any number may come one after another."""
    admission = Admission(1)
    served = 0
    for _ in range(3):
        with admission.place():
            served += 1
    assert served == 3


def test_a_failure_frees_its_place() -> None:
    """An exception in the block passes through and leaves nothing behind."""
    admission = Admission(1)
    for _ in range(2):
        with pytest.raises(KeyError, match="boom"), admission.place():
            raise KeyError("boom")


def test_a_refusal_frees_nobody_elses_place() -> None:
    """However often one is refused, those under way keep their places."""
    admission = Admission(1)
    with admission.place():
        for _ in range(3):
            with pytest.raises(Unavailable), admission.place():
                pytest.fail("a refused one took a place")


def test_each_admission_counts_its_own() -> None:
    """Two bounds do not share places."""
    with Admission(1).place(), Admission(1).place():
        pass


def test_places_are_given_back_in_any_order() -> None:
    """The first to come need not be the first to go."""
    admission = Admission(2)
    first, second = admission.place(), admission.place()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    with admission.place(), pytest.raises(Unavailable), admission.place():
        pytest.fail("three were admitted")
    second.__exit__(None, None, None)
    with admission.place(), admission.place():
        pass


def test_one_app_holds_half_of_the_places_at_most() -> None:
    """Others find room while it is stalled."""
    admission = Admission(4)
    with admission.place("a"), admission.place("a"):
        with pytest.raises(Unavailable), admission.place("a"):
            pass
        with admission.place("b"):
            pass
    with admission.place("a"), admission.place("a"):
        pass
