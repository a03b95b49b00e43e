"""Everything on one machine, for trying: an embedded S3 server, two apps and a demo page."""

import json
import logging
import os
import secrets
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from thumbor.config import Config

from thumbor_renuo.apps import AppRegistry
from thumbor_renuo.config import production
from thumbor_renuo.local_s3 import LocalS3, LocalS3Error
from thumbor_renuo.server import StartError, Supervisor, bind

logger = logging.getLogger(__name__)

BUCKET = "demo"
RESTART_SECONDS = 5.0
APPS = (("shop", "demo"), ("blog", "demo"))


def run(data_dir: Path, *, address: str, port: int, processes: int) -> None:
    """Serve the demo until it is stopped.

    Args:
        data_dir: where uploads, keys and demo.json are kept between runs.
        address: what to listen on.
        port: of everything but the S3 server.
        processes: how many serve.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop_early)  # until the supervisor takes them over
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir = data_dir.resolve()
    facts = data_dir / "demo.json"
    if not _is_running(facts):
        facts.unlink(missing_ok=True)
    sockets = bind(address, port)
    storage = LocalS3(data_dir / "s3", bucket=BUCKET)
    try:
        storage.start()  # first: it decides on its port
        config = Config(**_settings(data_dir, storage, port))
        config.PROCESSES = processes
        Supervisor(
            config,
            sockets=sockets,
            processes=processes,
            on_ready=lambda: _announce(facts, storage, config, port),
            on_tick=_KeepAlive(storage),
            in_child=storage.release,
        ).run()
    finally:
        storage.stop()
        if _announced_by(facts) == os.getpid():
            facts.unlink()


def _announced_by(facts: Path) -> int | None:
    """The process that wrote demo.json."""
    try:
        return int(json.loads(facts.read_text())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_running(facts: Path) -> bool:
    """Whether the demo that wrote demo.json still serves: a second one must leave it alone."""
    pid = _announced_by(facts)
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _stop_early(number: int, _frame: FrameType | None) -> NoReturn:
    """Leave while the S3 server still starts; it is stopped on the way out."""
    raise SystemExit(128 + number)


def _settings(data_dir: Path, storage: LocalS3, port: int) -> dict[str, Any]:
    kept = _kept_secrets(data_dir)
    # The machine's own S3 and apps must not leak into a demo; the rest may be tried out.
    environment = {"THUMBOR_SECURITY_KEY": kept["security_key"], **os.environ}
    fixed = {
        "S3_BUCKET_NAME": storage.bucket,
        "S3_PUBLIC_KEY": storage.access_key,
        "S3_SECRET_KEY": storage.secret_key,
        "S3_REGION": storage.region,
        "S3_ENDPOINT": storage.endpoint,
        "S3_POLICY_DIALECT": "seaweedfs",
        "S3_FORBIDDEN_IS_MISSING": "false",
        "API_KEYS": "",
        "APPS_FILE": str(_kept_apps(data_dir)),
        "SECRET_KEY": kept["secret_key"],
        "CDN_HOST": f"localhost:{port}",
        "DEMO_PAGE": "true",
    }
    return production({**environment, **fixed})


def _kept_secrets(data_dir: Path) -> dict[str, str]:
    path = data_dir / "secrets.json"
    if not path.exists():
        made = {"secret_key": secrets.token_urlsafe(24), "security_key": secrets.token_urlsafe(24)}
        _write_private(path, json.dumps(made))
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def _kept_apps(data_dir: Path) -> Path:
    path = data_dir / "apps.toml"
    if not path.exists():
        tables = [
            f'[[apps]]\nname = "{name}"\nenv = "{env}"\n'
            f'api_key = "{secrets.token_hex(8)}"\nprivate_key = "{secrets.token_urlsafe(24)}"\n'
            for name, env in APPS
        ]
        _write_private(path, "\n".join(tables))
    return path


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _announce(facts: Path, storage: LocalS3, config: Mapping[str, Any], port: int) -> None:
    url = f"http://localhost:{port}/"
    apps = AppRegistry.load("", config["APPS_FILE"])
    _write_private(
        facts,
        json.dumps(
            {
                "url": url,
                "pid": os.getpid(),
                "s3": {
                    "endpoint": storage.endpoint,
                    "bucket": storage.bucket,
                    "access_key": storage.access_key,
                    "secret_key": storage.secret_key,
                    "region": storage.region,
                },
                "apps": [
                    {
                        "full_name": app.full_name,
                        "api_key": app.current_api_key(),
                        "private_key": app.private_key,
                    }
                    for app in apps
                ],
            },
            indent=2,
        ),
    )
    print(f"\nthumbor_renuo is ready: {url}\n(Ctrl-C stops it)\n", flush=True)  # noqa: T201


class _KeepAlive:
    """Starts the S3 server again if it has died, and after a failure not at once."""

    def __init__(self, storage: LocalS3) -> None:
        self._storage, self._endpoint = storage, storage.endpoint
        self._not_before = 0.0

    def __call__(self) -> None:
        if self._storage.is_running() or time.monotonic() < self._not_before:
            return
        logger.error("the S3 server died and is started again")
        try:
            self._storage.start()
        except LocalS3Error as error:
            logger.error("%s", error)  # noqa: TRY400
            self._not_before = time.monotonic() + RESTART_SECONDS
            return
        if self._storage.endpoint != self._endpoint:
            # Policies that are out name the old port, which somebody else has now.
            raise StartError("another program has taken the S3 server's port")
