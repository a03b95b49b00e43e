"""What a webhook sends: one event, signed as standardwebhooks.com says, in one attempt."""

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from aiohttp import ClientConnectorDNSError, ClientError, ClientSession
from yarl import URL

from thumbor_renuo.app_rules import Webhook
from thumbor_renuo.errors import BadRequest, TooLarge
from thumbor_renuo.public_session import NotPublic, Redirected, public_session, read_at_most

PREFIX = "whsec_"
ANSWER_BYTES = 16 * 1024
GONE = 410


@dataclass(frozen=True)
class Event:
    """What is announced; where to and with which secret is looked up when it is sent.

    Attributes:
        id: the same over all attempts, so that receivers can drop repeats; without a dot.
        app: the full name.
        body: JSON, sent as it is.
    """

    id: str
    app: str
    body: str

    @classmethod
    def new(cls, app: str, body: str) -> Self:
        """An event with a fresh id."""
        return cls(f"msg_{uuid.uuid4().hex}", app, body)


class NotDelivered(Exception):
    """An attempt failed; the text says how and shows nothing of the URL but its host."""


class Gone(NotDelivered):
    """Nobody wants this event any more: it is not to be tried again."""


def sign(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """The value of the header webhook-signature (Standard Webhooks, "Signature scheme").

    Args:
        secret: `whsec_` and base64.
        timestamp: of the attempt, in seconds since 1970.

    Raises:
        ValueError: the secret is none.
    """
    if not secret.startswith(PREFIX):
        raise ValueError(f"the secret does not begin with {PREFIX}")
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    content = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode("ascii")


async def deliver(
    session: ClientSession, event: Event, target: Webhook, *, now: Callable[[], float] = time.time
) -> None:
    """Make one attempt; any 2xx is success.

    Args:
        session: of public_session, which bounds the time and the addresses.

    Raises:
        Gone: the receiver answered 410.
        NotDelivered: any other failure, a redirect included.
    """
    host = URL(target.url).host
    timestamp = int(now())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": event.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(target.secret, event.id, timestamp, event.body),
    }
    try:
        async with session.post(target.url, data=event.body.encode(), headers=headers) as response:
            status = response.status
            # The status decides; the rest is only taken off the receiver's hands.
            with suppress(ClientError, TimeoutError, TooLarge):
                await read_at_most(response, ANSWER_BYTES)
    except (ClientError, BadRequest, OSError) as error:
        raise NotDelivered(f"{host} {_reason(error)}") from error
    if status == GONE:
        raise Gone(f"{host} answered {status}")
    if not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        raise NotDelivered(f"{host} answered {status}")


def _reason(error: Exception) -> str:
    """Words for the log. The texts of most of these errors hold the whole URL."""
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    if isinstance(error, ClientConnectorDNSError) and isinstance(error.os_error, NotPublic):
        return "has no public address"
    if isinstance(error, Redirected | BadRequest):
        return str(error)
    return f"was not reached: {type(error).__name__}"


class WebhookSender:
    """Delivers events to the webhooks of their apps; may be made before a loop runs.

    Args:
        target_of: finds the webhook of an app by its full name.
        open_session: public_session, with its arguments bound.
    """

    def __init__(
        self,
        target_of: Callable[[str], Webhook | None],
        *,
        open_session: Callable[[], ClientSession] = public_session,
    ) -> None:
        self._target_of = target_of
        self._open_session = open_session
        self._session: ClientSession | None = None

    async def __call__(self, event: Event) -> None:
        """Make one attempt.

        Raises:
            Gone: the receiver wants no more.
            NotDelivered: any other failure. Of an app that has no webhook here another process may
                know one, while a change of the apps spreads.
        """
        target = self._target_of(event.app)
        if target is None:
            raise NotDelivered("the app has no webhook")
        if self._session is None:
            self._session = self._open_session()
        await deliver(self._session, event, target)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
