"""The service's client for an app's own back end."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Self
from urllib.parse import urlsplit

from urllib3 import PoolManager

from thumbor_renuo.client.app_info import AppInfo
from thumbor_renuo.client.connection import Connection
from thumbor_renuo.client.files import Files
from thumbor_renuo.client.image_urls import ImageUrls
from thumbor_renuo.client.stored_file import Deleted, FileDetails, StoredFile
from thumbor_renuo.client.transport import Transport
from thumbor_renuo.client.uploaded_file import SignedUpload, UploadedFile
from thumbor_renuo.client.uploads import Uploads


class Client:
    """Uploads, lists and deletes an app's files, and knows the URLs of its images.

    One may be shared among threads; make one for each process. What fails for a moment
    (connections, 429, 5xx) is tried again, after the pause that the service asks for if that is a
    minute at most. Redirects are not followed.

    Args:
        address: the service's, `https://images.example.com`.
        api_key: the app's public key; needed for uploads and for what is asked of the service.
        private_key: the app's secret; needed for all that concerns stored files, and for signed
            image URLs. It is sent in the Authorization header only, never to the bucket.
        cdn_host: for `images`; None asks the service once.
        app: the app's full name, `shop-live`; None asks the service once.
        timeout: seconds to connect, for each piece that is sent, to the answer's beginning, and
            from there to its end.
        retries: how often to try again.
        http: urllib3's pool, for a proxy or a certificate authority of one's own.
        sleep: waits so many seconds before the next try.

    Raises:
        ValueError: an argument is not of its form. All methods raise it as well, before anything
            is sent, and ClientError for what goes wrong afterwards.

    Example:
        >>> client = Client("https://images.example.com", api_key="12345678", private_key="98765")
        >>> photo = client.upload("hat.jpg")  # doctest: +SKIP
        >>> client.images.url(photo.key, "300x300")  # doctest: +SKIP
        'https://cdn.example.com/t/300x300/u/o/shop-live/qstu/0b1c/…/hat.jpg'
    """

    def __init__(  # noqa: PLR0913 - each a choice of its own
        self,
        address: str,
        *,
        api_key: str | None = None,
        private_key: str | None = None,
        cdn_host: str | None = None,
        app: str | None = None,
        timeout: float = 30,
        retries: int = 2,
        http: PoolManager | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        transport = Transport(timeout=timeout, retries=retries, http=http, sleep=sleep)
        self._connection = Connection(
            address, transport, api_key=api_key, private_key=private_key, app=app
        )
        self._files = Files(self._connection)
        self._uploads = Uploads(self._connection)
        self._images = None if cdn_host is None else self._image_urls(cdn_host, app)

    def __repr__(self) -> str:
        return f"Client({self._connection.address!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all idle connections."""
        self._connection.transport.close()

    def app(self) -> AppInfo:
        """What the service tells of the app, its limits for example; asked for once."""
        return self._connection.info()

    @property
    def images(self) -> ImageUrls:
        """The URLs of the app's images; takes file paths too where the app's name is known."""
        if self._images is None:
            host = self._connection.info().cdn_host
            service = urlsplit(self._connection.address)
            # A CDN's host comes without a scheme. The service itself, in a demo, has its own.
            address = f"{service.scheme}://{host}" if host == service.netloc else host
            self._images = self._image_urls(address, self._connection.app)
        return self._images

    def _image_urls(self, host: str, app: str | None) -> ImageUrls:
        return ImageUrls(host, app, private_key=self._connection.private_key)

    # -- stored files ---------------------------------------------------------------------------

    def list(self, prefix: str = "", *, page_size: int = 1000) -> Iterator[StoredFile]:
        """All files, in the order of their keys.

        Args:
            prefix: how their file paths begin.
            page_size: files in one answer; the next is asked for when it is reached.
        """
        return self._files.list(prefix, page_size)

    def file(self, key: str) -> FileDetails:
        """What is known of a file.

        Args:
            key: an object key, or a file path.

        Raises:
            NotFound: there is none.
        """
        return self._files.details(key)

    def signed_url(self, key: str, *, seconds: int = 600) -> str:
        """A URL under which anybody may read the original for a while.

        Args:
            key: as for file().
            seconds: up to 604,800, a week.

        Raises:
            NotFound: there is none.
        """
        return self._files.signed_url(key, seconds)

    def delete(self, file_path: str) -> None:
        """Delete a file; one that is not there is deleted already.

        Args:
            file_path: `<prefix>/<name>`, or the object key.
        """
        self._files.delete(file_path)

    def delete_many(self, file_paths: Iterable[str]) -> Deleted:
        """Delete any number of files, up to 1,000 at a time; read `failed` of what it returns."""
        return self._files.delete_many(file_paths)

    def delete_prefix(self, prefix: str) -> int:
        """Delete all files of a folder.

        Args:
            prefix: ends with a slash, `ab12/…/`.

        Returns:
            how many were deleted.

        Raises:
            DeleteIncomplete: some could not be; it knows which.
        """
        return self._files.delete_prefix(prefix)

    # -- uploads --------------------------------------------------------------------------------

    def sign(
        self,
        filename: str,
        content_type: str,
        size: int,
        checksum_sha256: str | None = None,
        *,
        method: str = "POST",
    ) -> SignedUpload:
        """Permission for somebody else, a page or an app, to upload one file to the bucket.

        Args:
            filename: as the user has it; the service makes it safe.
            content_type: `image/png`.
            size: in bytes.
            checksum_sha256: base64 of the 32 bytes: the bucket takes no other file then.
            method: POST (a form) or PUT.

        Raises:
            TooLarge, UnsupportedType: the app takes no such file.
        """
        parameters = {"filename": filename, "content_type": content_type, "size": size}
        if checksum_sha256 is not None:
            parameters["checksum_sha256"] = checksum_sha256
        return self._uploads.sign({**parameters, "method": method})

    def upload(
        self,
        file: str | os.PathLike[str] | BinaryIO,
        filename: str | None = None,
        content_type: str | None = None,
        *,
        complete: bool = True,
    ) -> UploadedFile:
        """Upload a file straight to the bucket, of any size and never all of it in memory.

        Args:
            file: a path, or a file object in binary mode: it is read from where it stands, and
                left open. One that cannot seek is copied to a temporary file first.
            filename: the file's own by default.
            content_type: guessed from the name by default.
            complete: have it checked, and published where the app publishes verified.

        Raises:
            TooLarge, UnsupportedType: the app takes no such file.
            StorageRefused: the bucket does not take it.
            ContentRefused: it may not be published, and is deleted.
            SourceChanged: it became shorter meanwhile.
            OSError: it cannot be read.
        """
        signed, uploaded = self._uploads.send(file, filename, content_type)
        return self.complete(signed.key, signed.token) if complete else uploaded

    def complete(self, key: str, token: str | None = None) -> UploadedFile:
        """Have an upload checked, and published where the app publishes verified.

        Args:
            key: of the signed upload: `o/…` or `q/…`.
            token: of the signed upload; without it, the private key is what counts.

        Raises:
            NotFound: nothing has been uploaded.
            Conflict: somebody else is completing it, for longer than the tries last.
            ContentRefused: it may not be published, and is deleted.
        """
        return self._uploads.complete(key, token)
