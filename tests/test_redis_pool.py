"""thumbor_renuo.redis_pool: Redis is asked only while it answers."""

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.ports import free_port
from tests.redis_server import RedisProcess, needs_redis, redis_server
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.redis_pool import (
    ANSWER_SECONDS,
    CONNECTIONS,
    REST_SECONDS,
    RedisDown,
    RedisServer,
    check,
    close_connections,
    connection,
)

COUNT = "return redis.call('INCRBY', KEYS[1], ARGV[1])"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def redis() -> Iterator[RedisProcess]:
    """A Redis server of the test's own."""
    with redis_server() as running:
        yield running


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "redis_pool" in record.name]


# -- the address ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://10.0.0.7:6380/3",
        "redis://[::1]:6379/0",
        "redis://user:p%40ss@cache.example.com/",
        "rediss://:secret@cache.example.com:6380/0",
        "unix:///run/redis.sock",
        "unix:///run/redis.sock?db=2",
        "redis://cache.example.com/0?health_check_interval=30",
    ],
)
def test_addresses_of_redis_are_accepted(url: str) -> None:
    """TCP, TLS and sockets, with or without user, password, port and database."""
    check(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://:topsecret@localhost",
        "redis://",
        "redis://:topsecret@",
        "redis://:topsecret@:6379/0",
        "redis://:topsecret@localhost:99999",
        "redis://:topsecret@localhost:port",
        "redis://:topsecret@localhost/name",
        "redis://:topsecret@localhost/0/1",
        "redis://:topsecret@localhost/123456",
        "redis://:topsecret@localhost?unknown=1",
        "redis://:topsecret@localhost?socket_timeout=topsecret",
        "redis://:topsecret@[::1",
        "unix://",
        "unix://run/redis.sock",
        "rediss://:topsecret@localhost?ssl_cert_reqs=topsecret",
    ],
)
def test_what_is_no_address_stops_the_start(url: str) -> None:
    """The fault names the option and what it wants, and shows nothing of the value."""
    with pytest.raises(ConfigurationError) as caught:
        check(url)
    (fault,) = caught.value.faults
    assert fault.startswith(f"REDIS_URL: got a value of {len(url)} characters (not shown), wants ")
    assert "redis://" in fault
    assert "topsecret" not in str(caught.value)


def test_the_package_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """An optional package that is missing is named, with the way to get it."""
    monkeypatch.setattr("thumbor_renuo.redis_pool.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"REDIS_URL: .*thumbor_renuo\[redis\]"):
        check("redis://localhost")


def test_checking_connects_to_nobody() -> None:
    """An address behind which nobody listens is a good address: Redis may come later."""
    check(f"redis://127.0.0.1:{free_port()}")


def test_without_an_address_the_package_is_not_loaded() -> None:
    """Whoever has no Redis need not have the package: importing us does not import it."""
    code = (
        "import sys, thumbor_renuo.rate_limit, thumbor_renuo.once;"
        "print([name for name in sys.modules if name.split('.')[0] == 'redis'])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# -- connections ----------------------------------------------------------------------------------


async def test_a_loop_has_one_client_of_an_address() -> None:
    """Whoever asks for the same address gets the same client, with short waits and no retries."""
    url, other = f"redis://127.0.0.1:{free_port()}/0", f"redis://127.0.0.1:{free_port()}/0"
    client = connection(url)
    assert connection(url) is client
    assert connection(other) is not client
    options = client.connection_pool.connection_kwargs
    assert options["socket_timeout"] == options["socket_connect_timeout"] == ANSWER_SECONDS
    assert options["retry"].get_retries() == 0
    assert client.connection_pool.max_connections == CONNECTIONS
    assert client.connection_pool.timeout == ANSWER_SECONDS
    await close_connections()
    assert connection(url) is not client
    await close_connections()


def test_each_loop_has_clients_of_its_own() -> None:
    """A client is bound to its loop: after another asyncio.run there is another one."""

    async def client() -> object:
        return connection("redis://127.0.0.1:1/0")

    first, second = asyncio.run(client()), asyncio.run(client())
    assert first is not second


async def test_nothing_to_close_is_no_fault() -> None:
    """A process that never asked Redis stops like any other."""
    await close_connections()


@needs_redis
@pytest.mark.integration
async def test_connections_are_bounded_and_shared(redis: RedisProcess) -> None:
    """A hundred questions at once are all answered over as many connections as are allowed."""
    server = RedisServer(redis.url)
    answers = await asyncio.gather(*(server.run(COUNT, ["n"], [1]) for _ in range(100)))
    assert sorted(answers) == list(range(1, 101))
    clients = await server.ask(lambda client: client.client_list())
    assert 1 <= len(clients) <= CONNECTIONS
    await close_connections()


@needs_redis
@pytest.mark.integration
async def test_closing_ends_the_connections(redis: RedisProcess) -> None:
    """After close_connections the server sees only who asks now; asking again opens anew."""
    server = RedisServer(redis.url)
    await asyncio.gather(*(server.run(COUNT, ["n"], [1]) for _ in range(10)))
    await close_connections()
    clients = await server.ask(lambda client: client.client_list())
    assert len(clients) == 1
    await close_connections()


@needs_redis
@pytest.mark.integration
async def test_a_script_that_the_server_has_forgotten_is_sent_again(redis: RedisProcess) -> None:
    """A restart or a flush costs one more round trip and no answer, and counts once."""
    server = RedisServer(redis.url)
    assert await server.run(COUNT, ["n"], [1]) == 1
    await server.ask(lambda client: client.script_flush())
    assert await server.run(COUNT, ["n"], [1]) == 2
    await close_connections()


# -- outages --------------------------------------------------------------------------------------


async def test_after_a_failure_it_is_left_alone_for_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One question fails for real; then none is put for REST_SECONDS, then one again."""
    clock, asked = Clock(), []
    server = RedisServer(f"redis://127.0.0.1:{free_port()}", clock=clock)

    async def question(client: object) -> None:
        asked.append(clock.now)
        await client.ping()

    for seconds in (0, 0, REST_SECONDS - 0.01, 0.02, 0, REST_SECONDS + 1, 0):
        clock.now += seconds
        with pytest.raises(RedisDown):
            await server.ask(question)
    assert asked == [1000, 1000 + REST_SECONDS + 0.01, 1000 + 2 * REST_SECONDS + 1.01]
    assert len(told(caplog)) == 1
    await close_connections()


async def test_an_outage_is_told_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    """However many questions fail: one line with the reason, and one when it answers again."""
    clock = Clock()
    server = RedisServer("redis://127.0.0.1:1", clock=clock)

    async def broken(_client: object) -> str:
        raise ConnectionResetError("gone")

    async def whole(_client: object) -> str:
        return "answer"

    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            for _ in range(3):
                for _ in range(20):
                    with pytest.raises(RedisDown):
                        await server.ask(broken)
                clock.now += REST_SECONDS
            assert await server.ask(whole) == "answer"
            assert await server.ask(whole) == "answer"
    lines = [
        "Redis does not answer, each process goes on alone: ConnectionResetError gone",
        "Redis answers again after 15 s",
    ]
    assert told(caplog) == lines * 2


async def test_an_answer_to_an_older_question_ends_no_outage(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was asked before the failure proves nothing: no line is written to and fro."""
    server = RedisServer("redis://127.0.0.1:1", clock=Clock())
    answer = asyncio.get_running_loop().create_future()

    async def slow(_client: object) -> str:
        return await answer

    async def broken(_client: object) -> str:
        raise ConnectionResetError

    older = asyncio.create_task(server.ask(slow))
    await asyncio.sleep(0)
    with pytest.raises(RedisDown):
        await server.ask(broken)
    answer.set_result("late")
    assert await older == "late"
    with pytest.raises(RedisDown):
        await server.ask(slow)
    assert len(told(caplog)) == 1


async def test_only_one_question_tries_a_server_that_was_down() -> None:
    """While its answer is awaited all others go on alone."""
    clock = Clock()
    server = RedisServer("redis://127.0.0.1:1", clock=clock)
    answer, asked = asyncio.get_running_loop().create_future(), []

    async def broken(_client: object) -> str:
        raise ConnectionResetError

    async def trial(_client: object) -> str:
        asked.append(1)
        return await answer

    with pytest.raises(RedisDown):
        await server.ask(broken)
    clock.now += REST_SECONDS
    first = asyncio.create_task(server.ask(trial))
    await asyncio.sleep(0)
    for _ in range(5):
        with pytest.raises(RedisDown):
            await server.ask(trial)
    answer.set_result("up")
    assert (await first, len(asked)) == ("up", 1)
    assert await server.ask(trial) == "up"


async def test_a_fault_of_ours_is_no_outage(caplog: pytest.LogCaptureFixture) -> None:
    """An exception that is not Redis' passes through, and Redis is asked as before."""
    server = RedisServer("redis://127.0.0.1:1")

    async def faulty(_client: object) -> str:
        raise KeyError("ours")

    for _ in range(2):
        with pytest.raises(KeyError, match="ours"):
            await server.ask(faulty)
    assert told(caplog) == []


async def test_a_blocked_event_loop_is_no_outage(caplog: pytest.LogCaptureFixture) -> None:
    """A question that runs out of time because we did nothing is lost, and Redis asked again."""
    server = RedisServer("redis://127.0.0.1:1")

    async def blocking(_client: object) -> None:
        time.sleep(ANSWER_SECONDS + 0.3)  # noqa: ASYNC251
        await asyncio.Event().wait()

    async def whole(_client: object) -> str:
        return "answer"

    with pytest.raises(RedisDown):
        await server.ask(blocking)
    assert await server.ask(whole) == "answer"
    assert told(caplog) == []


def test_a_process_knows_one_server_of_an_address() -> None:
    """All users of an address learn of an outage together."""
    assert RedisServer.of("redis://127.0.0.1:1/4") is RedisServer.of("redis://127.0.0.1:1/4")
    assert RedisServer.of("redis://127.0.0.1:1/4") is not RedisServer.of("redis://127.0.0.1:1/5")


@needs_redis
@pytest.mark.integration
async def test_a_silent_server_holds_nobody_up(redis: RedisProcess) -> None:
    """A question ends after ANSWER_SECONDS, and afterwards answers belong to their questions."""
    clock = Clock()
    server = RedisServer(redis.url, clock=clock)
    assert await server.ask(lambda client: client.set("a", "first")) is True
    redis.freeze()
    begin = time.monotonic()
    with pytest.raises(RedisDown):
        await server.ask(lambda client: client.get("a"))
    assert ANSWER_SECONDS * 0.9 <= time.monotonic() - begin < ANSWER_SECONDS + 1
    redis.thaw()
    clock.now += REST_SECONDS
    assert await server.ask(lambda client: client.set("b", "second")) is True
    assert await server.ask(lambda client: client.get("b")) == "second"
    await close_connections()


@needs_redis
@pytest.mark.integration
async def test_a_restarted_server_is_found_again(
    redis: RedisProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """Killed: one line; back: one line, over a fresh connection."""
    clock = Clock()
    server = RedisServer(redis.url, clock=clock)
    assert await server.run(COUNT, ["n"], [5]) == 5
    redis.kill()
    for _ in range(3):
        with pytest.raises(RedisDown):
            await server.run(COUNT, ["n"], [5])
    redis.start()
    clock.now += REST_SECONDS
    assert await server.run(COUNT, ["n"], [7]) == 7
    lines = told(caplog)
    assert len(lines) == 2
    assert lines[0].startswith("Redis does not answer")
    assert lines[1] == "Redis answers again after 5 s"
    await close_connections()


@needs_redis
@pytest.mark.integration
async def test_a_wrong_password_is_an_outage_and_is_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that lets us not in counts as one that does not answer."""
    with redis_server("--requirepass", "right-password") as running:
        at = f"127.0.0.1:{running.port}"
        with pytest.raises(RedisDown):
            await RedisServer(f"redis://:wrong-password@{at}").run(COUNT, ["n"], [1])
        with pytest.raises(RedisDown):
            await RedisServer(f"redis://{at}").run(COUNT, ["n"], [1])
        assert await RedisServer(f"redis://:right-password@{at}").run(COUNT, ["n"], [1]) == 1
        await close_connections()
    assert len(told(caplog)) == 2
    assert "wrong-password" not in "".join(told(caplog))


@needs_redis
@pytest.mark.integration
async def test_a_server_without_room_is_an_outage() -> None:
    """Where Redis may not write (out of memory), each process goes on alone."""
    with redis_server("--maxmemory", "1", "--maxmemory-policy", "noeviction") as running:
        with pytest.raises(RedisDown):
            await RedisServer(running.url).ask(lambda client: client.set("a", "b"))
        await close_connections()


@needs_redis
@pytest.mark.integration
async def test_a_cancellation_that_the_client_swallows_counts() -> None:
    """Whoever is cancelled while he asks is not to go on with the answer."""

    async def question(_redis: Any) -> str:
        task = asyncio.current_task()
        assert task
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
        return "answer"

    asking = asyncio.create_task(RedisServer("redis://127.0.0.1:1").ask(question))
    await asyncio.wait({asking})
    assert asking.cancelled()


async def test_a_cancelled_question_is_no_outage(
    redis: RedisProcess, caplog: pytest.LogCaptureFixture
) -> None:
    """A client that leaves takes its question along; the next answers are not mixed up."""
    server = RedisServer(redis.url)
    task = asyncio.create_task(server.ask(lambda client: client.blpop("empty", 10)))
    while not any(one["cmd"] == "blpop" for one in await server.ask(lambda c: c.client_list())):
        assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await server.ask(lambda client: client.rpush("empty", "late")) == 1
    answers = await asyncio.gather(*(server.run(COUNT, ["n"], [1]) for _ in range(5)))
    assert sorted(answers) == [1, 2, 3, 4, 5]
    assert told(caplog) == []
    await close_connections()
