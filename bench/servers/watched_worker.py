"""Ours in one process that logs its slow callbacks.

python -m bench.servers.watched_worker PORT CONF SECONDS: what takes longer goes to standard error.
"""

import asyncio
import logging
import sys

from thumbor.config import Config
from tornado.httpserver import HTTPServer

from thumbor_renuo.worker import application


async def serve(port: int, config: Config, slow: float) -> None:
    """Serve until the process is ended."""
    HTTPServer(application(config)).listen(port, "127.0.0.1")
    logging.getLogger("asyncio").addHandler(logging.StreamHandler())
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = slow
    loop.set_debug(True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Config.load(sys.argv[2]), float(sys.argv[3])))
