"""POST /generate_policy: a signed S3 form for one upload."""

from contextlib import suppress

from tornado.httputil import HTTPFile, HTTPInputError, parse_body_arguments

from thumbor_renuo.handlers.base import PublicHandler


class UploadPolicyHandler(PublicHandler):
    """Signs for the app of an API key."""

    route = "generate_policy"
    cors = True

    def post(self) -> None:
        """Answer the form's fields; 403 for a key that no app has."""
        app = self.services.apps.by_api_key(self._api_key())
        if app is None:
            # To the letter what the old clients know.
            self.set_status(403)
            self.error_code = "forbidden"
            self.set_header("Content-Type", "application/json; charset=utf-8")
            self.finish("Invalid request.")
            return
        self.app_name = app.full_name
        self.write_json(self.services.signer.sign(app))

    def _api_key(self) -> str:
        """From a form body, else from the query string: both stand in old clients."""
        arguments: dict[str, list[bytes]] = {}
        files: dict[str, list[HTTPFile]] = {}
        kind, mark, parameters = self.request.headers.get("Content-Type", "").partition(";")
        content_type = kind.lower() + mark + parameters  # a boundary's case counts
        if content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
            with suppress(HTTPInputError):  # a broken form holds no key: 403 follows
                parse_body_arguments(content_type, self.body, arguments, files)
        query = self.request.query_arguments
        given = [*query.get("api_key", []), *arguments.get("api_key", [])]
        return next(filter(None, reversed(given)), b"").decode("utf-8", "replace")
