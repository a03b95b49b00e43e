"""One app's connection to the service: its address, its keys, and what is asked for once."""

import json
import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from thumbor_renuo.client import object_key
from thumbor_renuo.client.app_info import AppInfo
from thumbor_renuo.client.errors import BadAnswer, refusal
from thumbor_renuo.client.private_key import PrivateKey
from thumbor_renuo.client.transport import PASSING, Answer, Request, Transport

ADDRESS = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?")
OK, NO_CONTENT = 200, 204
REDIRECTS_FROM = 300


class Connection:
    """Asks the service; may be shared among threads, not among processes.

    Args:
        address: the service's, with its scheme.
        api_key: the app's public key.
        private_key: sent in the Authorization header of what needs it, and kept nowhere else.
        app: the app's full name; None asks the service when it is needed.

    Raises:
        ValueError: one of them is not of its form.
    """

    def __init__(
        self,
        address: str,
        transport: Transport,
        *,
        api_key: str | None = None,
        private_key: str | None = None,
        app: str | None = None,
    ) -> None:
        if not isinstance(address, str) or not ADDRESS.fullmatch(address):
            raise ValueError(f"the address {address!r} is not like 'https://images.example.com'")
        self.address = address.rstrip("/")
        self.transport = transport
        self._api_key = api_key
        self.private_key = None if private_key is None else PrivateKey(private_key)
        self._app = None if app is None else object_key.check_app(app)
        self._info: AppInfo | None = None
        self._asking = threading.Lock()

    @property
    def api_key(self) -> str:
        """The public key.

        Raises:
            ValueError: there is none.
        """
        if not self._api_key:
            raise ValueError("this needs the app's public key: Client(…, api_key=…)")
        return self._api_key

    def info(self) -> AppInfo:
        """What the service tells of the app; asked for once."""
        with self._asking:
            if self._info is None:
                path = f"/apps/{quote(self.api_key, safe='')}"
                self._info = AppInfo.of(self.get(path, private=False).json())
            return self._info

    @property
    def app(self) -> str:
        """The app's full name, as it was given or as the service says."""
        return self._app or self.info().app

    def object_key(self, key: str) -> str:
        """The object key of a file path; an object key stays as it is.

        Raises:
            ValueError: says which rule the key breaks.
        """
        plain = object_key.check_path(key)
        return object_key.object_key(plain, None if plain.startswith(("o/", "q/")) else self.app)

    def file_path(self, key: str) -> str:
        """The file path of one of the app's object keys; a file path stays as it is.

        Raises:
            ValueError: says which rule the key breaks, or that it is another app's.
        """
        plain = object_key.check_path(key)
        if plain.startswith(("o/", "q/")):
            return object_key.file_path(plain, self.app)
        return plain

    def get(self, path: str, query: Mapping[str, Any] | None = None, *, private: bool) -> Answer:
        """GET; with `private`, the private key proves which app asks."""
        return self._send("GET", path, query=query, private=private)

    def delete(self, path: str, query: Mapping[str, Any]) -> None:
        """DELETE with the private key; the answer is 204."""
        self._send("DELETE", path, query=query, private=True, wanted=NO_CONTENT)

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        private: bool,
        passing: frozenset[int] = PASSING,
    ) -> Any:
        """POST a JSON object; returns the answer's JSON.

        Args:
            passing: statuses after which it is worth trying again.
        """
        return self._send("POST", path, body=body, private=private, passing=passing).json()

    def _send(
        self,
        method: str,
        path: str,
        *,
        private: bool,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        wanted: int = OK,
        passing: frozenset[int] = PASSING,
    ) -> Answer:
        """Send, and raise the error that an answer of another status than `wanted` stands for."""
        # Apps may share a private key: the public one tells which is meant.
        own = {"api_key": self._api_key} if private and self._api_key else {}
        headers, chunks = {"Accept": "application/json"}, None
        if body is not None:
            encoded = json.dumps({**own, **body}, ensure_ascii=False).encode()
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(encoded))}
            chunks = [encoded]
        parameters = {**(query or {}), **(own if body is None else {})}
        question = f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""
        request = Request(
            method,
            f"{self.address}{path}{question}",
            headers,
            None if chunks is None else lambda: chunks,
            self._needed_key() if private else None,
            passing,
        )
        answer = self.transport.send(request)
        if answer.status == wanted:
            return answer
        if answer.status < REDIRECTS_FROM:
            raise BadAnswer(f"the answer to {method} is not {wanted}", status=answer.status)
        erased = self.private_key.erased_from if self.private_key else str
        raise refusal(answer.status, answer.body, answer.retry_after, erased)

    def _needed_key(self) -> PrivateKey:
        if self.private_key is None:
            raise ValueError("this needs the app's private key: Client(…, private_key=…)")
        return self.private_key
