"""One serving process: accepts, answers, and on SIGTERM finishes what it has begun."""

import asyncio
import errno
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from thumbor.config import Config
from thumbor.context import ServerParameters
from thumbor.server import get_application, get_context, get_importer, validate_config
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application

from thumbor_renuo.handlers.base import CUT_OFF_BYTES, in_flight
from thumbor_renuo.handlers.services import Services
from thumbor_renuo.redis_pool import close_connections
from thumbor_renuo.s3.client import PURPOSES, S3Bucket, close_buckets

logger = logging.getLogger(__name__)

IDLE_CONNECTION_SECONDS = 75
BODY_SECONDS = 30
MAX_HEADER_BYTES = 64 * 1024
QUIET_SECONDS = 1.0
SWITCH_SECONDS = 0.0005
LAST_CHANCE_SECONDS = 3.0  # for webhooks that are due; what is left stays in Redis, or is lost
HANDSHAKE_SECONDS = 0.1  # connections that had begun when new ones were refused still come in
FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def run(
    config: Config,
    sockets: Sequence[socket.socket],
    *,
    lifeline: int,
    started: Callable[[], Any],
    ready: Callable[[], Any],
) -> None:
    """Serve on listening sockets until SIGTERM, or until the lifeline's other end is closed.

    Args:
        config: Thumbor's.
        sockets: non-blocking, shared with other processes.
        lifeline: the reading end of a pipe that the parent holds open.
        started: called when SIGTERM has its handler.
        ready: called when connections are accepted.
    """
    # The threads that make images work in libvips most of the time; where they do not, nobody shall
    # wait 5 ms, Python's default, before an event is looked at.
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(_serve(config, sockets, lifeline, started, ready))


def application(config: Config) -> Application:
    """Thumbor's application with all our plug-ins."""
    parameters = ServerParameters(0, "", None, None, "info", "thumbor.app.ThumborServiceApp")
    validate_config(config, parameters)
    return get_application(get_context(parameters, config, get_importer(config)))


async def _serve(
    config: Config,
    sockets: Sequence[socket.socket],
    lifeline: int,
    started: Callable[[], Any],
    ready: Callable[[], Any],
) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_reader(lifeline, stop.set)
    started()
    server = HTTPServer(
        application(config),
        idle_connection_timeout=IDLE_CONNECTION_SECONDS,
        body_timeout=BODY_SECONDS,
        max_header_size=MAX_HEADER_BYTES,
        max_body_size=CUT_OFF_BYTES,
    )
    services = Services.of(config)
    for purpose in PURPOSES:
        await S3Bucket.of(services.settings, purpose).open_client()
    services.background.start()
    # What is there now stays: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    for listening in sockets:
        loop.add_reader(listening, _accept, server, listening)
    ready()
    await stop.wait()
    loop.remove_reader(lifeline)
    server.conn_params.no_keep_alive = True
    await asyncio.sleep(HANDSHAKE_SECONDS)
    _stop_accepting(server, sockets)
    deadline = loop.time() + services.settings.shutdown_seconds
    await _finish(server, services.settings.shutdown_seconds)
    # What was answered is still to be stored.
    await services.flights.close(max(deadline - loop.time(), LAST_CHANCE_SECONDS))
    await services.stop(LAST_CHANCE_SECONDS)
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await close_connections()
            await close_buckets()


def _accept(server: HTTPServer, listening: socket.socket) -> bool:
    """Accept one connection.

    One at a time: Tornado takes all that wait, and with them leaves the other processes idle.
    """
    try:
        connection, address = listening.accept()
    except (BlockingIOError, ConnectionAbortedError):
        return False
    except OSError as error:
        if error.errno not in FULL:
            raise
        logger.error("a connection must wait: %s", error.strerror)  # noqa: TRY400
        loop = asyncio.get_running_loop()
        loop.remove_reader(listening)
        loop.call_later(0.1, _resume, server, listening)
        return False
    connection.setblocking(False)
    server.handle_stream(IOStream(connection), address)
    return True


def _resume(server: HTTPServer, listening: socket.socket) -> None:
    if listening.fileno() >= 0:
        asyncio.get_running_loop().add_reader(listening, _accept, server, listening)


def _stop_accepting(server: HTTPServer, sockets: Sequence[socket.socket]) -> None:
    for listening in sockets:
        asyncio.get_running_loop().remove_reader(listening)
        while _accept(server, listening):
            pass
        listening.close()


async def _finish(server: HTTPServer, seconds: float) -> None:
    """Wait until nothing is in flight and nothing has come for a while over open connections."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    quiet_since = loop.time()
    while loop.time() < deadline and loop.time() - quiet_since < QUIET_SECONDS:
        await asyncio.sleep(0.02)
        if in_flight:
            quiet_since = loop.time()
    if in_flight:
        logger.error("%d requests were not finished in %g s", len(in_flight), seconds)
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await server.close_all_connections()
