"""imgproxy, a server in Go on libvips."""

from bench.servers import programs
from bench.servers.server import Job, Place, Server


class Imgproxy(Server):
    """imgproxy with its defaults, progressive JPEGs, and the sizes of `memory` allowed."""

    name = "imgproxy"
    ping = "/health"

    def missing(self) -> str:
        """Why it cannot be run here."""
        return programs.missing("imgproxy")

    def version(self) -> str:
        """What it says, and its libvips."""
        program = programs.found("imgproxy")
        said = programs.first_line([str(program), "version"])
        return f"imgproxy {said.split()[-1]}{programs.linked_libvips(program)}"

    def command(self, place: Place) -> list[str]:
        """The program; all of its options are environment variables."""
        del place
        return [str(programs.found("imgproxy"))]

    def environment(self, place: Place) -> dict[str, str]:
        """What the other servers have, too."""
        return {
            "IMGPROXY_BIND": f"127.0.0.1:{place.port}",
            "IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES": "true",
            "IMGPROXY_JPEG_PROGRESSIVE": "true",
            "IMGPROXY_AVIF_SPEED": "9",
            "IMGPROXY_MAX_SRC_RESOLUTION": "200",
            "IMGPROXY_TIMEOUT": "300",
            "IMGPROXY_WRITE_RESPONSE_TIMEOUT": "300",
            "IMGPROXY_DOWNLOAD_TIMEOUT": "300",
            "IMGPROXY_LOG_LEVEL": "error",
        }

    def path(self, job: Job, place: Place) -> str:
        """An unsigned URL."""
        kind = "fill" if job.fills else "fit"
        quality = f"/q:{job.quality}" if job.quality else ""
        options = f"rs:{kind}:{job.width}:{job.height}/f:{job.format}{quality}"
        return f"/unsafe/{options}/plain/{place.url(job)}"
