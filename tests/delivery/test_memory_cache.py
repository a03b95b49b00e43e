"""thumbor_renuo.delivery.memory_cache: recent results, bounded by their bytes."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.delivery.memory_cache import ENTRY_BYTES, MemoryCache

ROOMY = 10**6


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_was_put_is_had_again() -> None:
    """Under its own name only; the last value counts."""
    cache = MemoryCache[str](ROOMY, 60)
    cache.put("a", "old", 3)
    cache.put("a", "new", 3)
    cache.put("b", "other", 5)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == ("new", "other", None)
    assert len(cache) == 2


def test_an_entry_ends_after_its_seconds() -> None:
    """However often it is asked for meanwhile; its bytes are free then."""
    clock = Clock()
    cache = MemoryCache[str](ROOMY, 60, clock=clock)
    cache.put("a", "value", 5)
    clock.now += 59.9
    assert cache.get("a") == "value"
    clock.now += 0.1
    assert cache.get("a") is None
    assert (len(cache), cache.bytes) == (0, 0)


def test_what_is_old_already_ends_sooner() -> None:
    """Its age counts as kept, and what is too old is not kept at all."""
    clock = Clock()
    cache = MemoryCache[str](ROOMY, 60, clock=clock)
    cache.put("a", "value", 5, age=50)
    cache.put("b", "value", 5, age=60)
    clock.now += 9.9
    assert (cache.get("a"), cache.get("b")) == ("value", None)
    clock.now += 0.1
    assert cache.get("a") is None


def test_the_longest_unused_goes_first() -> None:
    """Being asked for keeps an entry, being old does not drive it out."""
    cache = MemoryCache[int](4 * (ENTRY_BYTES + 1001), 60)
    for number, name in enumerate("abcd"):
        cache.put(name, number, 1000)
    assert cache.get("a") == 0
    cache.put("e", 4, 1000)
    assert [cache.get(name) for name in "abcde"] == [0, None, 2, 3, 4]


@pytest.mark.parametrize(("size", "is_kept"), [(0, True), (25_000, True), (25_001, False)])
def test_no_entry_takes_more_than_a_quarter(size: int, is_kept: bool) -> None:
    """What is larger is not kept, and drives out nothing but the old value of its name."""
    cache = MemoryCache[str](100_000 + 4 * (ENTRY_BYTES + 1), 60)
    cache.put("a", "old", 10)
    cache.put("b", "other", 10)
    cache.put("a", "new", size)
    assert cache.get("a") == ("new" if is_kept else None)
    assert cache.get("b") == "other"


@pytest.mark.parametrize(("max_bytes", "seconds"), [(0, 60), (ROOMY, 0), (0, 0)])
def test_no_bytes_or_no_seconds_keep_nothing(max_bytes: int, seconds: float) -> None:
    """That is how the cache is turned off."""
    cache = MemoryCache[str](max_bytes, seconds, clock=Clock())
    cache.put("a", "", 0)
    assert cache.get("a") is None
    assert (len(cache), cache.bytes) == (0, 0)


def test_many_small_entries_are_bounded_too() -> None:
    """Names and Python's own objects count, even where the values have no bytes."""
    cache = MemoryCache[None](100_000, 60)
    for number in range(10_000):
        cache.put(f"{number:0100}", None, 0, group=f"group {number}")
    assert len(cache) <= 100_000 // ENTRY_BYTES
    assert len(cache._groups) == len(cache)
    assert cache.bytes <= 100_000


def test_an_entry_is_not_counted_too_small() -> None:
    """What one entry really takes beside its value is about what is counted for it."""
    cache = MemoryCache[None](ROOMY, 60)
    name, group = "n" * 50, "g" * 50
    cache.put(name, None, 0, group=group)
    entry = cache._entries[name]
    parts = [entry, name, group, entry.ends, entry.size, cache._groups[group]]
    assert sum(map(sys.getsizeof, parts)) <= 1.2 * cache.bytes


def test_a_group_is_forgotten_as_a_whole() -> None:
    """All variants of an original go, those of others and of no group stay."""
    cache = MemoryCache[int](ROOMY, 60)
    for number in range(5):
        cache.put(f"mine {number}", number, 1, group="mine")
        cache.put(f"other {number}", number, 1, group="other")
    cache.put("alone", 7, 1)
    cache.forget("mine")
    cache.forget("unknown")
    cache.forget("")
    assert all(cache.get(f"mine {number}") is None for number in range(5))
    assert all(cache.get(f"other {number}") == number for number in range(5))
    assert cache.get("alone") == 7


def test_a_name_may_change_its_group() -> None:
    """It is forgotten with the new group only."""
    cache = MemoryCache[int](ROOMY, 60)
    cache.put("a", 1, 1, group="old")
    cache.put("a", 2, 1, group="new")
    cache.forget("old")
    assert cache.get("a") == 2
    cache.forget("new")
    assert cache.get("a") is None
    assert not cache._groups


NAMES = st.sampled_from("abcdefgh")
GROUPS = st.sampled_from(["", "x", "y"])
STEPS = st.one_of(
    st.tuples(st.just("put"), NAMES, st.integers(0, 3000), GROUPS),
    st.tuples(st.just("get"), NAMES),
    st.tuples(st.just("forget"), GROUPS),
    st.tuples(st.just("pass"), st.sampled_from([0.5, 4.0, 10.0])),
)


@given(st.lists(STEPS, max_size=60), st.integers(0, 10_000))
def test_it_never_keeps_too_much_and_never_tells_old_things(
    steps: list[tuple[str, ...]], max_bytes: int
) -> None:
    """Whatever is done: bytes within the bound and truly counted; a value is the newest or none."""
    clock = Clock()
    cache = MemoryCache[int](max_bytes, 10, clock=clock)
    newest: dict[str, tuple[int, float, str]] = {}
    for number, (what, *rest) in enumerate(steps):
        if what == "put":
            name, size, group = rest
            cache.put(name, number, size, group=group)
            newest[name] = (number, clock.now, group)
        elif what == "get":
            value, put_at, _ = newest.get(rest[0], (None, 0.0, ""))
            assert cache.get(rest[0]) in {None, value if clock.now < put_at + 10 else None}
        elif what == "forget":
            cache.forget(rest[0])
            if rest[0]:
                newest = {name: one for name, one in newest.items() if one[2] != rest[0]}
        else:
            clock.now += rest[0]
        assert 0 <= cache.bytes <= max_bytes
        assert cache.bytes == sum(entry.size for entry in cache._entries.values())
    members = {name for group in cache._groups.values() for name in group}
    assert members == {name for name, entry in cache._entries.items() if entry.group}
