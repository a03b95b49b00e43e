"""thumbor_renuo.delivery.circuit_breaker: a server that fails is left alone for a while."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery.circuit_breaker import CircuitBreaker

REST = 5.0


class Clock:
    """Seconds that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def made() -> tuple[CircuitBreaker, Clock]:
    clock = Clock()
    return CircuitBreaker("reading", rest_seconds=REST, clock=clock), clock


def test_a_closed_one_lets_all_through() -> None:
    """Without a failure nothing is held back."""
    breaker, clock = made()
    for _ in range(3):
        assert breaker.lets_through()
        breaker.succeeded(clock.now)


def test_an_open_one_lets_one_through_after_a_rest() -> None:
    """Nobody within the rest, one after it, and nobody else while nothing is known of that one."""
    breaker, clock = made()
    breaker.failed("down")
    assert not breaker.lets_through()
    clock.now += REST - 0.01
    assert not breaker.lets_through()
    clock.now += 0.01
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    clock.now += REST  # the one that was let through never came back
    assert [breaker.lets_through() for _ in range(2)] == [True, False]


def test_a_success_closes_it() -> None:
    """The one that was let through and succeeded opens the way for all."""
    breaker, clock = made()
    breaker.failed("down")
    clock.now += REST
    assert breaker.lets_through()
    breaker.succeeded(clock.now)
    assert all(breaker.lets_through() for _ in range(3))


def test_an_older_success_proves_nothing() -> None:
    """What began before the failure and ends after it leaves it open."""
    breaker, clock = made()
    begun = clock.now
    clock.now += 1
    breaker.failed("down")
    breaker.succeeded(begun)
    assert not breaker.lets_through()


def test_the_log_tells_of_each_change_once(caplog: Any) -> None:
    """One line when it opens, one when it closes, whatever happens between."""
    breaker, clock = made()
    for _ in range(3):
        breaker.failed("no answer")
        clock.now += REST
        breaker.lets_through()
    breaker.succeeded(clock.now)
    breaker.succeeded(clock.now)
    assert [record.getMessage() for record in caplog.records] == [
        "reading: off for a while, no answer",
        "reading: on again after 15 s",
    ]


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from(["ask", "fail"])), max_size=60))
def test_while_it_is_open_calls_are_rare(events: list[tuple[float, str]]) -> None:
    """Between two that are let through after a failure lies a whole rest."""
    breaker, clock = made()
    breaker.failed("down")
    last = clock.now
    for pause, event in events:
        clock.now += pause
        if event == "fail":
            breaker.failed("down")
            last = clock.now
        elif breaker.lets_through():
            assert clock.now - last >= REST - 1e-6
            last = clock.now
