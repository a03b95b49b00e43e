"""What the handlers call, made once for a process: here the services are put together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple, Self
from weakref import WeakKeyDictionary

import pyvips
from thumbor.config import Config
from thumbor.filters import FiltersFactory
from thumbor.importer import Importer

from thumbor_renuo import __version__, error_reports, machine, redis_pool
from thumbor_renuo.apps import App, AppRegistry
from thumbor_renuo.background import Background
from thumbor_renuo.config import Settings
from thumbor_renuo.delivery.admission import Admission
from thumbor_renuo.delivery.derivative_budget import DerivativeBudget
from thumbor_renuo.delivery.derivative_store import Derivative, DerivativeStore
from thumbor_renuo.delivery.filter_calls import Known
from thumbor_renuo.delivery.memory_budget import MemoryBudget
from thumbor_renuo.delivery.memory_cache import MemoryCache
from thumbor_renuo.delivery.remote_images import RemoteImages
from thumbor_renuo.delivery.render_queue import RenderQueue
from thumbor_renuo.delivery.rule_faults import filter_faults, preset_faults, size_faults
from thumbor_renuo.delivery.shared_render import SharedRenders
from thumbor_renuo.delivery.single_flight import SingleFlight
from thumbor_renuo.delivery.source_cache import SourceCache
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.handlers.render_context import quicken
from thumbor_renuo.handlers.render_pool import RenderPool
from thumbor_renuo.imaging.levels import Levels
from thumbor_renuo.once import OnceStore
from thumbor_renuo.rate_limit import WrongKeys, parse_rate
from thumbor_renuo.s3.address import bucket_url
from thumbor_renuo.uploads.announcement import Announcements
from thumbor_renuo.uploads.completion import Completion
from thumbor_renuo.uploads.content_check import ContentCheck
from thumbor_renuo.uploads.gate import Gate
from thumbor_renuo.uploads.multipart import MultipartUploads
from thumbor_renuo.uploads.presigned_post import PolicySigner
from thumbor_renuo.uploads.signing import UploadSigner
from thumbor_renuo.uploads.token import CompletionTokens
from thumbor_renuo.uploads.upload_request import Bounds
from thumbor_renuo.uploads.virus_scan import VirusScanner


class Made(NamedTuple):
    """An image, and how long each step of its making took, as Server-Timing has it."""

    derivative: Derivative
    timing: str


@dataclass(frozen=True)
class Services:
    """All services, and the bounds on what is under way at once."""

    settings: Settings
    apps: AppRegistry
    policies: PolicySigner
    signer: UploadSigner
    tokens: CompletionTokens
    multipart: MultipartUploads
    completion: Completion
    gate: Gate
    wrong_keys: WrongKeys
    announcements: Announcements
    background: Background
    engine: str
    renders: RenderQueue
    pool: RenderPool
    memory: MemoryBudget
    sources: SourceCache[Any]
    levels: Levels
    asking: SingleFlight[Any]
    flights: SingleFlight[Made]
    shared: SharedRenders
    recent: MemoryCache[Made]
    store: DerivativeStore
    budget: DerivativeBudget
    remote: RemoteImages
    streams: Admission
    checks: Admission

    @classmethod
    def of(cls, config: Any) -> "Services":
        """Those of a Thumbor config, made when they are first asked for.

        Raises:
            ConfigurationError: with every fault of the options and the apps.
        """
        if config not in _MADE:
            _MADE[config] = cls._make(config)
        return _MADE[config]

    @classmethod
    def _make(cls, config: Any) -> Self:
        faults: list[str] = []
        with _collected(faults):
            settings = Settings.of(config)
            with _collected(faults):
                bucket_url(settings)
            with _collected(faults):
                error_reports.check(settings.sentry_dsn)
            with _collected(faults):
                if settings.redis_url:
                    redis_pool.check(settings.redis_url)
        with _collected(faults):
            known = _filters(config)
            apps = AppRegistry.load(
                str(config.API_KEYS or ""),
                str(config.APPS_FILE or ""),
                partial(_useless_rules, known),
            )
            if not faults:
                faults += _useless_options(settings, known)
                faults += _clashes(settings, apps)
        if faults:
            raise ConfigurationError(faults)
        return cls._of_checked(config, settings, apps)

    @classmethod
    def _of_checked(cls, config: Any, settings: Settings, apps: AppRegistry) -> Self:
        quicken(config)
        policies, tokens = PolicySigner(settings), CompletionTokens(settings)
        threads, wait_seconds = _threads(config, settings), settings.thumbnail_wait_seconds
        announcements = Announcements(settings, apps)
        redis_url = settings.redis_url
        return cls(
            settings=settings,
            apps=apps,
            policies=policies,
            signer=UploadSigner(settings, policies, tokens),
            tokens=tokens,
            multipart=MultipartUploads(settings, policies),
            completion=Completion(
                settings,
                ContentCheck(settings, _scanner(settings)),
                OnceStore(redis_url),
                announcements.announce,
            ),
            gate=Gate(settings),
            wrong_keys=WrongKeys(parse_rate(settings.rate_limit_wrong_keys), redis_url),
            announcements=announcements,
            background=Background(
                [apps.watch, announcements.run], on_hangup=apps.reload, on_start=apps.refresh
            ),
            engine=_engine(config),
            renders=RenderQueue(threads, settings.thumbnail_queue, wait_seconds),
            pool=RenderPool(threads),
            memory=MemoryBudget(_memory_bytes(config, settings), wait_seconds),
            sources=SourceCache(
                settings.source_cache_bytes,
                settings.source_cache_seconds,
                size_of=lambda found: len(found.buffer) if found.successful else None,
            ),
            levels=Levels(settings.decoded_cache_bytes),
            asking=SingleFlight(),
            flights=SingleFlight(),
            shared=SharedRenders(redis_url, seconds=settings.render_lock_seconds),
            recent=MemoryCache(settings.memory_cache_bytes, settings.memory_cache_seconds),
            store=DerivativeStore(settings),
            budget=DerivativeBudget(redis_url),
            remote=RemoteImages(settings),
            streams=Admission(settings.s3_connections),
            checks=Admission(settings.check_queue),
        )

    def forget(self, key: str) -> None:
        """Drop what is kept in memory of an original, and of what was made of it."""
        self.recent.forget(key)
        self.sources.forget(key)

    async def stop(self, seconds: float) -> None:
        """End what runs in this loop beside the requests."""
        await self.background.stop()
        await self.flights.close(seconds)
        await self.remote.close()
        await self.announcements.stop(seconds)


_MADE: WeakKeyDictionary[Config, Services] = WeakKeyDictionary()


def _clashes(settings: Settings, apps: AppRegistry) -> Iterator[str]:
    """What apps want and the options do not let them."""
    for app in apps:
        if app.rules.scan and not settings.clamd_address:
            yield f"CLAMD_ADDRESS: got nothing, and {app.full_name} wants a scan"
        if app.rules.min_bytes > Bounds.of(app, settings.upload_max_bytes, multipart=True).high:
            yield f"UPLOAD_MAX_BYTES: is under the min_bytes of {app.full_name}"


def _filters(config: Any) -> Known:
    """Those that are switched on, by name."""
    importer = Importer(config)
    importer.import_item("FILTERS", "Filter", is_multiple=True, ignore_errors=True)
    known: Known = FiltersFactory(importer.filters).filter_classes_map
    return known


def _useless_options(settings: Settings, known: Known) -> Iterator[str]:
    for fault in filter_faults(settings.thumbnail_filters, known):
        yield f"THUMBNAIL_FILTERS: {fault}"
    for fault in size_faults(settings.thumbnail_sizes):
        yield f"THUMBNAIL_SIZES: {fault}"


def _useless_rules(known: Known, app: App) -> Iterator[str]:
    yield from preset_faults(app.rules.presets, known)
    image = app.rules.image
    yield from (f"image: filters: {fault}" for fault in filter_faults(image.filters or (), known))
    yield from (f"image: sizes: {fault}" for fault in size_faults(image.sizes or ()))


# What of Thumbor's options changes the bytes of an image.
ENGINE_OPTIONS = (
    "ENGINE", "QUALITY", "WEBP_QUALITY", "AVIF_QUALITY", "AVIF_SPEED", "PROGRESSIVE_JPEG",
    "RESPECT_ORIENTATION", "PRESERVE_EXIF_INFO", "PILLOW_JPEG_SUBSAMPLING", "AUTO_PNG_TO_JPG",
    "ALLOW_ANIMATED_GIFS", "MAX_WIDTH", "MAX_HEIGHT", "AUTO_FORMATS",
    "DETECTORS", "OPTIMIZERS", "PILLOW_RESAMPLING_FILTER", "PILLOW_JPEG_QTABLES",
    "PILLOW_PRESERVE_INDEXED_MODE", "PNG_COMPRESSION_LEVEL", "AVIF_CODEC",
    "PRESERVE_EXIF_COPYRIGHT_INFO", "JPEG_ENCODER", "WEBP_EFFORT", "PNG_PALETTE",
    "PRESERVE_IPTC_INFO", "HEIF_QUALITY", "TRUNCATED_IMAGES", "WIDE_GAMUT",
)  # fmt: skip
# Whose versions do: each brings its own codecs, or takes those of the machine.
CODECS = ("pillow", "pillow-heif", "pyvips", "pyvips-binary", "simplejpeg", "pyjpegli")


def _engine(config: Any) -> str:
    """What makes the images: another one, or another set-up of it, makes other bytes."""
    options = [str(getattr(config, name, None)) for name in ENGINE_OPTIONS]
    libvips = ".".join(str(pyvips.version(part)) for part in range(3))
    return " ".join([__version__, *map(_version, CODECS), libvips, *options])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _threads(config: Any, settings: Settings) -> int:
    """How many renders a process does at once.

    Its share of the cores; but two at least, for else one long render holds up all the others.
    """
    chosen = settings.render_threads or int(config.ENGINE_THREADPOOL_SIZE)
    return chosen or max(-(-machine.cores() // _processes(config)), 2)


def _memory_bytes(config: Any, settings: Settings) -> int:
    """What renders of a process may take: without an option its share of half of the memory."""
    return settings.render_memory_bytes or machine.memory_bytes() // 2 // _processes(config)


def _processes(config: Any) -> int:
    """How many serve beside each other; `thumbor-renuo serve` says so."""
    return int(getattr(config, "PROCESSES", 1))


def _scanner(settings: Settings) -> VirusScanner | None:
    if not settings.clamd_address:
        return None
    return VirusScanner(
        settings.clamd_address,
        total_seconds=settings.clamd_seconds,
        max_bytes=settings.clamd_max_bytes,
    )


@contextmanager
def _collected(faults: list[str]) -> Iterator[None]:
    try:
        yield
    except ConfigurationError as error:
        faults += error.faults
