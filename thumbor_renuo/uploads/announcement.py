"""Uploads announced to the webhooks of their apps."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from thumbor_renuo.app_rules import Webhook
from thumbor_renuo.apps import App, AppRegistry
from thumbor_renuo.config import Settings
from thumbor_renuo.public_session import public_session
from thumbor_renuo.uploads.webhook import Event, WebhookSender
from thumbor_renuo.uploads.webhook_queue import WebhookQueue
from thumbor_renuo.uploads.webhook_store import MemoryStore, Store

Queues = WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[WebhookQueue, WebhookSender]]
CLAIM_MARGIN = 15.0  # a claim outlives an attempt by this


class Announcements:
    """One queue for each event loop, over what Redis keeps for all."""

    def __init__(self, settings: Settings, apps: AppRegistry) -> None:
        self._settings, self._apps = settings, apps
        self._queues: Queues = WeakKeyDictionary()

    async def announce(self, app: App, kind: str, data: dict[str, Any]) -> None:
        """Queue an event, if the app wants to know; never raises.

        Args:
            kind: `upload.completed` or `upload.refused`.
            data: what the event is about. Of equal kind, `key`, and `etag` or `error` the id is
                equal, so that a receiver can drop what two processes announce and nothing else.
        """
        if app.rules.webhook is None:
            return
        body = {
            "type": kind,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "data": {"app": app.full_name, **data},
        }
        seed = f"{kind} {data['key']} {data.get('etag') or data['error']}".encode()
        name = f"msg_{hashlib.sha256(seed).hexdigest()[:32]}"
        event = Event(name, app.full_name, json.dumps(body, ensure_ascii=False))
        await self._queue()[0].put(event)

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        await self._queue()[0].run()

    async def stop(self, seconds: float) -> None:
        """Give what is due a last chance; what then is left stays in Redis, or is lost."""
        found = self._queues.pop(asyncio.get_running_loop(), None)
        if found:
            queue, sender = found
            await queue.aclose(seconds)
            await sender.aclose()

    def _queue(self) -> tuple[WebhookQueue, WebhookSender]:
        loop = asyncio.get_running_loop()
        if loop not in self._queues:
            settings = self._settings
            sender = WebhookSender(self._target_of, open_session=self._open_session())
            memory = MemoryStore(settings.webhook_queue)
            self._queues[loop] = WebhookQueue(sender, memory=memory, store=self._store()), sender
        return self._queues[loop]

    def _open_session(self) -> Callable[[], Any]:
        return partial(
            public_session,
            total_seconds=self._settings.webhook_seconds,
            allow_private=self._settings.webhook_private,
        )

    def _store(self) -> Store | None:
        if not self._settings.redis_url:
            return None
        from thumbor_renuo.uploads.webhook_redis import RedisStore  # noqa: PLC0415 - optional

        return RedisStore.at(
            self._settings.redis_url,
            limit=self._settings.webhook_queue,
            claim_seconds=self._settings.webhook_seconds + CLAIM_MARGIN,
            # Two deployments may share a Redis, and know no events of each other's apps.
            namespace=self._settings.s3_bucket_name,
        )

    def _target_of(self, full_name: str) -> Webhook | None:
        app = self._apps.by_name(full_name)
        return app.rules.webhook if app else None
