"""thumbor_renuo.delivery.single_flight: equal work that is asked for at once is done once."""

import asyncio
import gc
import random
import traceback
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery import single_flight
from thumbor_renuo.delivery.single_flight import SingleFlight
from thumbor_renuo.errors import NotFound, Unavailable

Publish = Callable[[str], None]


class Work:
    """A `make` that does what the test says, step by step."""

    def __init__(self) -> None:
        self.started = self.cancelled = 0
        self.may_publish, self.may_end = asyncio.Event(), asyncio.Event()
        self.result = "result"
        self.error: Exception | None = None

    async def __call__(self, publish: Publish) -> None:
        self.started += 1
        try:
            await self.may_publish.wait()
            if self.error is not None:
                raise self.error
            publish(self.result)
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


def quiet(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """A test after which asyncio has nothing to complain of.

    Neither exceptions that nobody retrieved, nor destroyed tasks, nor broken callbacks.
    """

    @wraps(test)
    async def watched(*arguments: Any, **named: Any) -> None:
        found: list[str] = []
        watch(found)
        await test(*arguments, **named)
        gc.collect()
        await turn()
        assert found == []

    return watched


def watch(found: list[str]) -> None:
    def note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        found.append(str(context["message"]))

    asyncio.get_running_loop().set_exception_handler(note)


async def turn() -> None:
    """Let everything run that can."""
    for _ in range(6):
        await asyncio.sleep(0)


async def ask(flights: SingleFlight[str], make: Any, callers: int = 1, name: str = "a") -> Any:
    tasks = [asyncio.create_task(flights.run(name, make)) for _ in range(callers)]
    await turn()
    return tasks


def assert_nothing_left(flights: SingleFlight[Any]) -> None:
    assert (flights.running, flights._flights) == (0, {})


@quiet
async def test_a_hundred_callers_cost_one_piece_of_work() -> None:
    """All get the one result as soon as there is one, before the work has ended."""
    flights, work = SingleFlight[str](), Work()
    callers = await ask(flights, work, 100)
    work.may_publish.set()
    assert await asyncio.gather(*callers) == ["result"] * 100
    assert (work.started, flights.running) == (1, 1)
    work.may_end.set()
    await turn()
    assert_nothing_left(flights)


@quiet
async def test_names_do_not_share() -> None:
    """Each name has its own work and result."""
    flights, one, other = SingleFlight[str](), Work(), Work()
    other.result = "other"
    callers = [*await ask(flights, one, name="a"), *await ask(flights, other, name="b")]
    for work in (one, other):
        work.may_publish.set()
        work.may_end.set()
    assert await asyncio.gather(*callers) == ["result", "other"]
    await turn()
    assert_nothing_left(flights)


@quiet
async def test_who_comes_before_the_end_gets_what_was_published() -> None:
    """Without waiting for it; after the end the work is done anew."""
    flights, work = SingleFlight[str](), Work()
    (first,) = await ask(flights, work)
    work.may_publish.set()
    assert await first == "result"
    assert await flights.run("a", work) == "result"
    assert work.started == 1
    work.may_end.set()
    await turn()
    assert await flights.run("a", work) == "result"
    assert work.started == 2
    await turn()
    assert_nothing_left(flights)


@quiet
async def test_none_is_a_result() -> None:
    """It is told to those who wait and to those who come later."""
    flights, end = SingleFlight[None](), asyncio.Event()

    async def make(publish: Callable[[None], None]) -> None:
        publish(None)
        await end.wait()

    assert await flights.run("a", make) is None
    assert await flights.run("a", make) is None
    assert flights.running == 1
    end.set()
    await turn()


@quiet
async def test_a_failure_is_told_to_its_own_waiters_only() -> None:
    """All of them get the very error; the next caller starts anew."""
    flights, work = SingleFlight[str](), Work()
    work.error = NotFound("there is no object o/a", limit=3)
    callers = await ask(flights, work, 50)
    work.may_publish.set()
    for error in await asyncio.gather(*callers, return_exceptions=True):
        assert isinstance(error, NotFound)
        assert (error.message, error.limit) == ("there is no object o/a", 3)
    assert_nothing_left(flights)
    work.error = None
    (caller,) = await ask(flights, work)
    assert await caller == "result"
    assert work.started == 2
    work.may_end.set()
    await turn()


@quiet
async def test_a_failure_does_not_gather_frames() -> None:
    """The traceback that the hundredth waiter sees is as short as that of the first."""
    flights, work = SingleFlight[str](), Work()
    work.error = ValueError("boom")
    lengths = []

    async def caller() -> None:
        try:
            await flights.run("a", work)
        except ValueError as error:
            lengths.append(len(traceback.extract_tb(error.__traceback__)))

    callers = [asyncio.create_task(caller()) for _ in range(100)]
    await turn()
    work.may_publish.set()
    await asyncio.gather(*callers)
    assert len(lengths) == 100
    assert len(set(lengths)) == 1


@quiet
async def test_who_comes_after_the_failure_does_not_get_it() -> None:
    """Not even in the moment between the failure and its being told."""
    flights = SingleFlight[str]()

    async def fail(_publish: Publish) -> None:
        raise ValueError("boom")

    async def succeed(publish: Publish) -> None:
        publish("fine")

    first = asyncio.create_task(flights.run("a", fail))
    await asyncio.sleep(0)  # the first caller has run; its task runs next, and then the second's
    second = asyncio.create_task(flights.run("a", succeed))
    assert await second == "fine"
    with pytest.raises(ValueError, match="boom"):
        await first
    await turn()
    assert_nothing_left(flights)


@pytest.mark.parametrize("leaving", [0, 1, 2])
@quiet
async def test_who_leaves_disturbs_nobody(leaving: int) -> None:
    """The first caller, too, may go: the others get their result."""
    flights, work = SingleFlight[str](), Work()
    callers = await ask(flights, work, 3)
    callers.pop(leaving).cancel()
    await turn()
    assert flights.running == 1
    work.may_publish.set()
    assert await asyncio.gather(*callers) == ["result"] * 2
    work.may_end.set()
    await turn()
    assert_nothing_left(flights)


@quiet
async def test_the_last_to_leave_ends_the_work() -> None:
    """It is cancelled, and whoever comes next starts anew."""
    flights, work = SingleFlight[str](), Work()
    callers = await ask(flights, work, 3)
    for caller in callers:
        assert work.cancelled == 0
        caller.cancel()
        await turn()
    assert work.cancelled == 1
    assert_nothing_left(flights)
    assert all(caller.cancelled() for caller in callers)
    work.may_publish.set()
    assert await flights.run("a", work) == "result"
    work.may_end.set()
    await turn()


@quiet
async def test_nobody_waits_for_work_that_is_being_cancelled() -> None:
    """While the old one cleans up, the next caller has new work, and the old result is dropped."""
    flights, work, may_clean = SingleFlight[str](), Work(), asyncio.Event()

    async def stubborn(publish: Publish) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await may_clean.wait()
            publish("too late")

    (first,) = await ask(flights, stubborn)
    first.cancel()
    (second,) = await ask(flights, work)
    may_clean.set()
    await turn()
    (third,) = await ask(flights, work)
    work.may_publish.set()
    assert [await second, await third] == ["result"] * 2
    assert work.started == 1
    work.may_end.set()
    await turn()
    assert_nothing_left(flights)


@quiet
async def test_who_leaves_after_the_result_does_not_end_the_work() -> None:
    """Storing goes on although all who asked are gone."""
    flights, work = SingleFlight[str](), Work()
    (caller,) = await ask(flights, work)
    work.may_publish.set()
    await caller
    await turn()
    assert (flights.running, work.cancelled) == (1, 0)
    work.may_end.set()
    await turn()
    assert_nothing_left(flights)


@quiet
async def test_a_caller_that_leaves_at_once_leaves_nothing() -> None:
    """Its work is cancelled in its first step."""
    flights, work = SingleFlight[str](), Work()
    caller = asyncio.create_task(flights.run("a", work))
    await asyncio.sleep(0)
    caller.cancel()
    await turn()
    assert (caller.cancelled(), work.started, work.cancelled) == (True, 1, 1)
    assert_nothing_left(flights)


@quiet
async def test_work_that_is_cancelled_before_it_starts_is_unavailable() -> None:
    """Its caller does not wait for ever."""
    flights, work = SingleFlight[str](), Work()
    caller = asyncio.create_task(flights.run("a", work))
    await asyncio.sleep(0)
    await flights.close(0)
    with pytest.raises(Unavailable):
        await caller
    assert work.started == 0
    assert_nothing_left(flights)


@quiet
async def test_work_without_a_result_is_an_error() -> None:
    """Nobody waits for ever."""
    flights = SingleFlight[str]()

    async def nothing(_publish: Publish) -> None:
        return None

    with pytest.raises(RuntimeError, match="without a result"):
        await flights.run("a", nothing)
    assert_nothing_left(flights)


@quiet
async def test_there_is_one_result(caplog: pytest.LogCaptureFixture) -> None:
    """Publishing a second one is an error of the work; the first one stands."""
    flights = SingleFlight[str]()

    async def twice(publish: Publish) -> None:
        publish("first")
        publish("second")

    assert await flights.run("a", twice) == "first"
    await turn()
    assert "a result was published already" in caplog.text
    assert_nothing_left(flights)


@quiet
async def test_a_failure_after_the_result_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Those who waited have their result, and the log has the reason."""
    flights = SingleFlight[str]()

    async def make(publish: Publish) -> None:
        publish("result")
        raise OSError("the disk is full")

    callers = await ask(flights, make, 3)
    assert await asyncio.gather(*callers) == ["result"] * 3
    await turn()
    assert "OSError: the disk is full" in caplog.text
    assert_nothing_left(flights)


@quiet
async def test_a_failure_that_nobody_waits_for_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An error in the clean-up of cancelled work is not lost."""
    flights = SingleFlight[str]()

    async def make(_publish: Publish) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("the disk is full")

    (caller,) = await ask(flights, make)
    caller.cancel()
    await turn()
    assert "OSError: the disk is full" in caplog.text
    assert_nothing_left(flights)


@quiet
async def test_work_that_is_cancelled_from_outside_is_unavailable() -> None:
    """Its waiters are not cancelled themselves: their clients get a 503."""
    flights = SingleFlight[str]()

    async def make(_publish: Publish) -> None:
        raise asyncio.CancelledError

    callers = await ask(flights, make, 2)
    for error in await asyncio.gather(*callers, return_exceptions=True):
        assert isinstance(error, Unavailable)
    assert_nothing_left(flights)


@quiet
@pytest.mark.parametrize("leaving", [0, 1, 2])
async def test_a_waiter_that_leaves_in_the_moment_of_the_result(
    caplog: pytest.LogCaptureFixture, leaving: int
) -> None:
    """The others get it all the same."""
    flights, work = SingleFlight[str](), Work()
    callers = await ask(flights, work, 3)
    work.may_publish.set()
    callers.pop(leaving).cancel()  # the work publishes before the caller's task knows of it
    assert await asyncio.gather(*callers) == ["result"] * 2
    work.may_end.set()
    await turn()
    assert caplog.text == ""
    assert_nothing_left(flights)


@quiet
async def test_a_waiter_that_leaves_in_the_moment_of_the_failure() -> None:
    """It is cancelled, and its copy of the error is not complained of."""
    flights, work = SingleFlight[str](), Work()
    work.error = ValueError("boom")
    callers = await ask(flights, work, 2)
    task = flights._flights["a"].task
    task.add_done_callback(lambda _task: callers[0].cancel())  # runs after the waiters were told
    work.may_publish.set()
    first, second = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(first, asyncio.CancelledError)
    assert isinstance(second, ValueError)
    assert_nothing_left(flights)


@quiet
async def test_closing_waits_for_what_runs() -> None:
    """What is being stored is stored before the process ends."""
    flights, work = SingleFlight[str](), Work()
    (caller,) = await ask(flights, work)
    work.may_publish.set()
    await caller
    closing = asyncio.create_task(flights.close(60))
    await turn()
    assert not closing.done()
    work.may_end.set()
    await closing
    assert work.cancelled == 0
    assert_nothing_left(flights)


@quiet
async def test_closing_cancels_what_takes_too_long() -> None:
    """Those who wait for it are told that the service is unavailable."""
    flights, waited_for, storing = SingleFlight[str](), Work(), Work()
    (stored,) = await ask(flights, storing, name="stored")
    storing.may_publish.set()
    await stored
    (caller,) = await ask(flights, waited_for)
    await flights.close(0)
    assert (waited_for.cancelled, storing.cancelled) == (1, 1)
    with pytest.raises(Unavailable):
        await caller
    assert_nothing_left(flights)


@quiet
async def test_closing_ends_although_work_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes no heed of being cancelled does not keep the process."""
    monkeypatch.setattr(single_flight, "CANCEL_SECONDS", 0.01)
    flights, end = SingleFlight[str](), asyncio.Event()

    async def deaf(publish: Publish) -> None:
        publish("result")
        while not end.is_set():
            try:
                await end.wait()
            except asyncio.CancelledError:
                continue

    await flights.run("a", deaf)
    await turn()
    await flights.close(0)
    assert flights.running == 1
    end.set()
    await turn()
    assert_nothing_left(flights)


@quiet
async def test_closing_with_nothing_to_do_is_done() -> None:
    """No matter how many seconds it may take."""
    await SingleFlight[str]().close(3600)


@quiet
async def test_the_work_sees_what_its_first_caller_sees() -> None:
    """Its log lines carry the request's identifier."""
    request_id: ContextVar[str] = ContextVar("request_id")
    flights = SingleFlight[str]()
    request_id.set("first")

    async def make(publish: Publish) -> None:
        publish(request_id.get())

    assert await flights.run("a", make) == "first"
    await turn()


@pytest.mark.parametrize("clients", [50, pytest.param(1000, marks=pytest.mark.long)])
@quiet
async def test_clients_that_leave_at_any_moment_leave_nothing(clients: int) -> None:
    """Thousands of steps later there is no task and no name, and some got their results."""
    chance = random.Random(7)
    flights, served = SingleFlight[str](), 0
    before = len(asyncio.all_tasks())

    async def make(publish: Publish) -> None:
        for _ in range(chance.randrange(6)):
            await asyncio.sleep(0)
        publish("result")
        for _ in range(chance.randrange(6)):
            await asyncio.sleep(0)

    for number in range(clients):
        callers = await ask(flights, make, chance.randrange(1, 4), name=str(number % 7))
        for _ in range(chance.randrange(5)):
            await asyncio.sleep(0)
        chance.choice(callers).cancel()
        results = await asyncio.gather(*callers, return_exceptions=True)
        served += results.count("result")
    await flights.close(10)
    assert_nothing_left(flights)
    assert len(asyncio.all_tasks()) == before
    assert served


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["come", "come", "leave", "publish", "fail", "end", "turn"]),
        st.sampled_from("ab"),
        st.integers(0, 5),
    ),
    max_size=40,
)


class Story:
    """Callers of two names, and the pieces of work that they started."""

    def __init__(self) -> None:
        self.flights = SingleFlight[str]()
        self.works: dict[str, list[Work]] = {"a": [], "b": []}
        self.callers: list[tuple[str, asyncio.Task[str]]] = []
        self.left: set[asyncio.Task[str]] = set()

    async def step(self, what: str, name: str, number: int) -> None:
        if what == "come":
            self.callers.append(
                (name, asyncio.create_task(self.flights.run(name, self.make(name))))
            )
        elif what == "leave" and self.callers:
            _, caller = self.callers[number % len(self.callers)]
            caller.cancel()
            self.left.add(caller)
        elif what == "turn":
            await turn()
        elif what != "leave":
            self.let(name, ValueError(name) if what == "fail" else None, end=what == "end")

    def make(self, name: str) -> Any:
        async def make(publish: Publish) -> None:
            work = Work()
            work.result = name
            self.works[name].append(work)
            await work(publish)

        return make

    def let(self, name: str, error: Exception | None = None, *, end: bool = True) -> None:
        for work in self.works[name]:
            if not work.may_publish.is_set():
                work.error = error
            work.may_publish.set()
            if end:
                work.may_end.set()

    def check(self) -> None:
        assert_nothing_left(self.flights)
        for name, caller in self.callers:
            assert caller.done()
            if caller.cancelled():
                assert caller in self.left
            elif caller.exception() is None:
                assert caller.result() == name
            else:
                assert repr(caller.exception()) == f"ValueError({name!r})"


@given(STEPS)
def test_nobody_is_forgotten_whatever_happens(steps: list[tuple[str, str, int]]) -> None:
    """Each caller gets a result of its own name, the error, or is cancelled by its own wish."""

    async def tell() -> None:
        complaints: list[str] = []
        watch(complaints)
        story = Story()
        for step in steps:
            await story.step(*step)
        await turn()
        story.let("a")
        story.let("b")
        await story.flights.close(10)
        await turn()
        story.check()
        gc.collect(0)
        assert complaints == []

    asyncio.run(tell())
