"""imagor, a server in Go on libvips."""

from bench.servers import programs
from bench.servers.server import Job, Place, Server, thumbor_options


class Imagor(Server):
    """imagor with its defaults: its JPEGs are baseline, the only ones it makes without mozjpeg."""

    name = "imagor"
    ping = "/"

    def missing(self) -> str:
        """Why it cannot be run here."""
        return programs.missing("imagor")

    def version(self) -> str:
        """What it says, and its libvips."""
        program = programs.found("imagor")
        said = programs.first_line([str(program), "-version"])
        return f"imagor {said.split()[-1]}{programs.linked_libvips(program)}"

    def command(self, place: Place) -> list[str]:
        """The program with what the other servers have, too."""
        return [
            str(programs.found("imagor")),
            *("-server-address", "127.0.0.1", "-port", str(place.port)),
            "-imagor-unsafe",
            *("-vips-avif-speed", "9"),
            *("-imagor-request-timeout", "300s"),
            *("-imagor-load-timeout", "300s"),
            *("-imagor-process-timeout", "300s"),
        ]

    def path(self, job: Job, place: Place) -> str:
        """An unsigned URL."""
        return f"/unsafe/{thumbor_options(job)}/{place.url(job)}"
