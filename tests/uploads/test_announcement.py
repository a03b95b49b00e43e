"""thumbor_renuo.uploads.announcement: what is announced, once for each thing that happened."""

import json
from typing import Any

import pytest

from tests.conftest import make_settings
from thumbor_renuo.app_rules import Rules, Webhook
from thumbor_renuo.apps import App, AppRegistry
from thumbor_renuo.uploads.announcement import Announcements
from thumbor_renuo.uploads.webhook import Event
from thumbor_renuo.uploads.webhook_queue import WebhookQueue

HOOK = Webhook("https://shop.example/hooks", "whsec_" + "A" * 32)
SHOP = App("shop", "live", "key", "private", rules=Rules(webhook=HOOK))
COMPLETED = {"key": "o/shop-live/a.jpg", "etag": '"1"'}
REFUSED = {"key": "o/shop-live/a.jpg", "error": "content_broken"}


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What is put into the queue; nothing is sent."""
    events: list[Event] = []

    async def put(_self: WebhookQueue, event: Event) -> None:
        events.append(event)

    monkeypatch.setattr(WebhookQueue, "put", put)
    return events


async def announce(kind: str, about: dict[str, Any], app: App = SHOP) -> None:
    await Announcements(make_settings(), AppRegistry([app])).announce(app, kind, about)


async def test_an_event_says_what_happened_and_whose_it_is(queued: list[Event]) -> None:
    """Kind, time and data, with the app's full name."""
    await announce("upload.completed", COMPLETED)
    [event] = queued
    body = json.loads(event.body)
    assert event.app == "shop-live"
    assert (body["type"], body["data"]) == ("upload.completed", {"app": "shop-live", **COMPLETED})
    assert body["timestamp"].endswith("+00:00")


async def test_an_app_without_a_webhook_hears_nothing(queued: list[Event]) -> None:
    """Nothing is queued for it."""
    await announce("upload.completed", COMPLETED, App("shop", "live", "key", "private"))
    assert queued == []


async def test_two_processes_announce_one_event(queued: list[Event]) -> None:
    """The id is that of what happened, so that a receiver drops the repeat."""
    for kind, about in (("upload.completed", COMPLETED), ("upload.refused", REFUSED)):
        for _ in range(2):
            await announce(kind, about)
    assert [event.id for event in queued] == [queued[0].id] * 2 + [queued[2].id] * 2
    assert queued[0].id != queued[2].id


@pytest.mark.parametrize(("kind", "first", "second"), [
    ("upload.completed", COMPLETED, {**COMPLETED, "etag": '"2"'}),
    ("upload.completed", COMPLETED, {**COMPLETED, "key": "o/shop-live/b.jpg"}),
    ("upload.refused", REFUSED, {**REFUSED, "error": "content_active"}),
])  # fmt: skip
async def test_what_differs_is_no_repeat(
    queued: list[Event], kind: str, first: dict[str, Any], second: dict[str, Any]
) -> None:
    """At once, a form may be sent again: other bytes under the key are other news."""
    await announce(kind, first)
    await announce(kind, second)
    assert queued[0].id != queued[1].id
