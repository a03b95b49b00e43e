"""thumbor_renuo.delivery.memory_budget: how much memory renders may take together."""

import asyncio
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery.memory_budget import RESERVE, SMALL, MemoryBudget
from thumbor_renuo.errors import Unavailable

LONG = 3600.0
TOTAL = 1600
MOST = TOTAL - TOTAL // RESERVE
LITTLE = TOTAL // SMALL


async def turn() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


class Render:
    """One that takes its memory, and holds it until it may go."""

    def __init__(self, budget: MemoryBudget, size: int, ballast: int = 0) -> None:
        self.size = size
        self.is_in = False
        self.may_go = asyncio.Event()
        self._budget, self._ballast = budget, ballast
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        await self._budget.take(self.size, ballast=self._ballast)
        self.is_in = True
        try:
            await self.may_go.wait()
        finally:
            self.is_in = False
            self._budget.give_back(self.size)

    async def end(self) -> None:
        self.may_go.set()
        await self.task
        await turn()


async def started(budget: MemoryBudget, *sizes: int) -> list[Render]:
    renders = [Render(budget, size) for size in sizes]
    await turn()
    return renders


async def finish(renders: list[Render]) -> list[int]:
    """End them as they come in; the sizes in that order."""
    order = []
    while left := [render for render in renders if not render.task.done()]:
        (first, *_) = [render for render in left if render.is_in]
        order.append(first.size)
        await first.end()
    return order


async def test_ten_large_ones_never_exceed_the_budget() -> None:
    """Two of 600 fit at once; the others follow in their order, and at last all is free."""
    budget = MemoryBudget(TOTAL, LONG)
    renders = await started(budget, *[600] * 10)
    assert [render.is_in for render in renders] == [True] * 2 + [False] * 8
    for count in range(10):
        assert budget.held == 600 * min(2, 10 - count)
        await renders[count].end()
    assert (budget.held, budget.waiting) == (0, 0)


async def test_small_ones_pass_by_large_ones_that_wait() -> None:
    """An eighth of the room is theirs, whoever stands in the other line."""
    budget = MemoryBudget(TOTAL, LONG)
    large = await started(budget, MOST, 600, 600)
    small = await started(budget, LITTLE, LITTLE, LITTLE)
    assert [render.is_in for render in small] == [True, True, False]
    await finish(large + small)
    assert budget.held == 0


async def test_small_ones_do_not_keep_a_large_one_out() -> None:
    """While it waits they get their eighth only, so that the rest becomes free for it."""
    budget = MemoryBudget(TOTAL, LONG)
    crowd = await started(budget, *[LITTLE] * SMALL)
    assert all(render.is_in for render in crowd)
    (large,) = await started(budget, MOST)
    more = await started(budget, *[LITTLE] * 5)
    for render in crowd[:-2]:
        await render.end()
    assert large.is_in
    assert not any(render.is_in for render in more)
    await finish([*crowd[-2:], large, *more])


async def test_one_larger_than_all_runs_as_the_only_large_one() -> None:
    """It waits for the others, and they for it; it is never refused for its size."""
    budget = MemoryBudget(TOTAL, LONG)
    first, huge, last, small = await started(budget, 600, 10 * TOTAL, 600, LITTLE)
    assert [render.is_in for render in (first, huge, last, small)] == [True, False, False, True]
    await first.end()
    assert (huge.is_in, last.is_in) == (True, False)
    await huge.end()
    assert last.is_in
    await finish([last, small])


async def test_large_ones_are_served_in_their_order() -> None:
    """One that would fit does not overtake one that does not yet."""
    budget = MemoryBudget(TOTAL, LONG)
    renders = await started(budget, 1000, 900, 300)
    assert [render.is_in for render in renders] == [True, False, False]
    assert await finish(renders) == [1000, 900, 300]


async def test_who_waits_too_long_is_refused() -> None:
    """With 503, which names the seconds; nothing is held for it."""
    budget = MemoryBudget(TOTAL, 0.02)
    budget.take_now(MOST)
    with pytest.raises(Unavailable) as caught:
        await budget.take(1000)
    assert (caught.value.status, caught.value.limit) == (503, "0.02")
    assert (budget.held, budget.waiting) == (MOST, 0)


async def test_those_who_wait_hold_a_bounded_number_of_bytes() -> None:
    """Past half of the room in originals, the next is refused at once."""
    budget = MemoryBudget(TOTAL, LONG)
    budget.take_now(MOST)
    waiting = [Render(budget, 1000, ballast=400) for _ in range(2)]
    await turn()
    with pytest.raises(Unavailable):
        await budget.take(1000, ballast=1)
    for render in waiting:
        render.task.cancel()
    await turn()
    after = Render(budget, 1000, ballast=800)
    await turn()
    assert not after.task.done()
    after.task.cancel()


async def test_one_that_gives_up_makes_room_for_those_behind_it() -> None:
    """Whoever stands behind it comes in at once if it fits."""
    budget = MemoryBudget(TOTAL, LONG)
    first, second, third = await started(budget, 1000, 900, 300)
    second.task.cancel()
    await turn()
    assert third.is_in
    await finish([first, third])
    assert budget.held == 0


async def test_threads_may_take() -> None:
    """A hundred threads that ask at once are given what there is, and no more."""
    budget = MemoryBudget(TOTAL, LONG)
    given: list[bool] = []
    threads = [Thread(target=lambda: given.append(budget.take_now(140))) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (given.count(True), budget.held) == (10, 1400)


async def test_nobody_overtakes_those_who_wait() -> None:
    """Who asks without waiting gets nothing while another stands in its line."""
    budget = MemoryBudget(TOTAL, LONG)
    renders = await started(budget, 1000, 900)
    assert not budget.take_now(300)
    assert budget.take_now(LITTLE)
    budget.give_back(LITTLE)
    await finish(renders)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["come", "come", "come", "go", "cancel", "both"]),
        st.integers(1, 2 * TOTAL) | st.integers(1, LITTLE),
        st.integers(0, 20),
        st.booleans(),
    ),
    max_size=40,
)


@given(STEPS)
def test_the_budget_holds_whatever_happens(steps: list[tuple[str, int, int, bool]]) -> None:
    """Never more than all, one that is larger excepted; nothing is lost, nobody is forgotten."""

    async def story() -> None:
        budget, renders = MemoryBudget(TOTAL, LONG), list[Render]()
        for what, size, number, pause in steps:
            if what == "come":
                renders.append(Render(budget, size))
            elif renders and what in {"cancel", "both"}:
                if what == "both":
                    renders[-number % len(renders)].may_go.set()
                renders[number % len(renders)].task.cancel()
            elif renders:
                renders[number % len(renders)].may_go.set()
            if pause:
                await turn()
                check(budget, renders)
        await turn()
        check(budget, renders)
        for render in renders:
            render.may_go.set()
        await asyncio.gather(*(render.task for render in renders), return_exceptions=True)
        assert (budget.held, budget.waiting) == (0, 0)

    asyncio.run(story())


def check(budget: MemoryBudget, renders: list[Render]) -> None:
    inside = [render.size for render in renders if render.is_in]
    large = [size for size in inside if size > LITTLE]
    assert budget.held == sum(inside)
    assert sum(large) <= MOST or len(large) == 1
    assert sum(inside) <= TOTAL or max(large) > MOST
    waiting = [r.size for r in renders if not r.is_in and not r.task.done()]
    assert not (waiting and not inside)
