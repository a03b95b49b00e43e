"""DELETE /r/<object key>: the stored thumbnails of an original."""

from thumbor_renuo.delivery.derivative import folder
from thumbor_renuo.delivery.purge import purge
from thumbor_renuo.errors import NotFound
from thumbor_renuo.handlers.files import FilesHandler
from thumbor_renuo.s3.object_key import ObjectKey, decode_path

MOST_TOLD = 1000  # variants by name in one answer
# What has a variant behind the key is a thumbnail's own path.
ROUTE = r"/r/(?!.*/(?:~|%7[Ee])/).*"


class PurgeHandler(FilesHandler):
    """The original stays; what is asked for again is made again."""

    route = "purge"

    async def delete(self) -> None:
        """Delete all variants and tell which: none is an answer, too."""
        app, _given = await self.known_app()
        key = ObjectKey.parse(decode_path(self.request.path).removeprefix("/r/"))
        if key.app != app.full_name:
            raise NotFound(f"there is no such file of {app.full_name}")
        below = folder(key)
        purged = await purge(self.bucket, below)
        self.services.forget(str(key))
        failed = [
            {"variant": left.removeprefix(below), "message": f"the storage refused ({code})"}
            for left, code in purged.failed.items()
        ]
        told = [gone.removeprefix(below) for gone in purged.keys[:MOST_TOLD]]
        self.write_json(
            {"deleted": purged.count, "variants": told, "failed": failed, "more": purged.more}
        )
