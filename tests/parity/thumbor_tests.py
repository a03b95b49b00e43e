"""Runs Thumbor's own tests with an engine; ours has our filters with it.

`python -m tests.parity.thumbor_tests [module of an engine] [pytest's arguments]` shows a run.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.parity.thumbor_sources import thumbor_tests
from thumbor_renuo.config import OWN_FILTERS

OURS, STOCK = "thumbor_renuo.engines.vips", "thumbor.engines.pil"
PLUGIN = Path(__file__).with_name("plugin")
MODULES = (
    "tests/engines/test_base_engine.py",
    "tests/engines/test_pil.py",
    "tests/filters",
    "tests/handlers",
    "tests/metrics",
    "tests/optimizers",
    "tests/test_transformer.py",
    "integration_tests/pil_test.py",
)
SECONDS = 400


def run(engine: str, *options: str) -> tuple[dict[str, str], str]:
    """Run Thumbor's tests in a process of their own.

    Args:
        engine: the module of an `Engine`.
        options: pytest's; tests to be run, too.

    Returns:
        the outcome by test, `passed`, `failed`, `skipped` or `xfail`, with a URL of the
        integration test as a test; and what pytest has printed.
    """
    with tempfile.NamedTemporaryFile(suffix=".json") as outcomes:
        environment = {
            **os.environ,
            "SWAPPED_ENGINE": engine,
            "SWAPPED_FILTERS": json.dumps(OWN_FILTERS if engine == OURS else {}),
            "OUTCOMES": outcomes.name,
            "PYTHONPATH": str(PLUGIN),
        }
        plugins = ["-p", "swapped_engine", "-p", "no:tornado", "-p", "no:cacheprovider"]
        folder = thumbor_tests()
        plugins += ["-c", os.devnull, "--rootdir", str(folder)]
        wanted = (
            options
            if any(not option.startswith("-") for option in options)
            else (*MODULES, *options)
        )
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--tb=short", *plugins, *wanted],
            cwd=folder, env=environment, timeout=SECONDS, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        written = Path(outcomes.name).read_text()
    if not written:
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout[-5000:]}")
    return json.loads(written), done.stdout


if __name__ == "__main__":
    module, *arguments = sys.argv[1:] or [OURS]
    print(run(module, *arguments)[1])  # noqa: T201
