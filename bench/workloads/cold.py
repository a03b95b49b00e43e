"""Images that nobody has asked for before, of each kind of original."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from bench import quality
from bench.figures import Figures, Tally, over_pictures
from bench.report import COLUMNS, Column, Section
from bench.servers.server import Job
from bench.stage import Player, Stage, refusals, say

Tallies = dict[str, dict[str, Tally]]


@dataclass(frozen=True)
class Cold:
    """A workload of cold requests.

    Attributes:
        name: its own.
        kind: of the originals, in bench.sources.
        job: what is asked of each of them.
        about: what it is, for the report.
    """

    name: str
    kind: str
    job: Job
    about: str

    def play(self, stage: Stage) -> Section:
        """Each server in turn with each original, in rounds."""
        files = stage.sources.of(self.kind)
        failures: dict[str, str] = {}
        with stage.all_playing(stage.servers) as players:
            tallies: Tallies = {player.server.name: {} for player in players}
            for player in players:
                with refusals(failures, player):
                    tallies[player.server.name] = {
                        file: self._first(stage, player, file) for file in files
                    }
            for player in stage.rounds(players):
                if player.server.name not in failures:
                    with refusals(failures, player):
                        self._take_turns(stage, player, tallies[player.server.name])
        rows = {
            name: over_pictures([tally.figures() for tally in each.values()])
            for name, each in tallies.items()
            if name not in failures
        }
        note = f"Originals: {', '.join(files)}."
        return Section(self.name, self.about, rows, failures, _known(rows), (note,))

    def _first(self, stage: Stage, player: Player, file: str) -> Tally:
        """The first answer is not timed: it tells the size and the quality."""
        answer = player.get(self._job(file))
        score = quality.score(answer, stage.sources.path(file), fills=self.job.fills)
        return Tally(answer_bytes=len(answer), score=score)

    def _take_turns(self, stage: Stage, player: Player, tallies: dict[str, Tally]) -> None:
        say(f"    {player.server.name}")
        for file, tally in tallies.items():
            turn = stage.turn(player, partial(self._job, file))
            tally.add(turn.load.rate, turn.load.latencies, turn.cpu_seconds, turn.peak_bytes)

    def _job(self, file: str) -> Job:
        return replace(self.job, source=file).fresh()


def _known(rows: Mapping[str, Figures]) -> dict[str, Column]:
    """The columns, without quality where it was not told."""
    told = any(figures["score"] == figures["score"] for figures in rows.values())
    return {name: column for name, column in COLUMNS.items() if told or name != "score"}


FIT = "fitted into 512x512"
CROP = "filling 300x300"
COLD = (
    Cold("jpeg", "photo", Job("", quality=80), f"Photographs {FIT}, progressive JPEG 80."),
    Cold("crop", "photo", Job("", 300, 300, fills=True, quality=80), f"Photographs {CROP}."),
    Cold("exif-fit", "lying", Job("", quality=80), f"EXIF orientation 6, {FIT}, JPEG 80."),
    Cold(
        "exif-crop",
        "lying",
        Job("", 300, 300, fills=True, quality=80),
        f"EXIF orientation 6, {CROP}, JPEG 80.",
    ),
    Cold("progressive", "progressive", Job("", quality=80), f"Progressive JPEGs {FIT}, JPEG 80."),
    Cold(
        "jpeg-2k",
        "jpeg-2k",
        Job("", quality=80),
        f"As the public benchmark of image servers: JPEGs of 2040 pixels {FIT}, JPEG 80.",
    ),
    Cold("png", "png", Job("", format="png"), f"The same with PNGs {FIT}, PNG."),
    Cold(
        "webp",
        "webp",
        Job("", format="webp", quality=75),
        f"The same with WebPs {FIT}, WebP 75.",
    ),
    Cold(
        "avif",
        "avif",
        Job("", format="avif", quality=65),
        f"The same with AVIFs {FIT}, AVIF 65.",
    ),
    Cold(
        "tiny",
        "tiny",
        Job("", 16, 16, format="png"),
        "A PNG of 16x16 pixels from the origin: what a request costs beside its pixels.",
    ),
)
