"""Signatures a second in one process, beside what bounds them: python bench/signing.py.

In one run, in turns: a bare Tornado handler that answers a constant of the same length, POST
/generate_policy for old and for new clients, and botocore's and our own signing without HTTP.
Needs wrk; loads 127.0.0.1 only, for SECONDS a turn.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import boto3
from botocore.config import Config as BotoConfig

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.conftest import API_KEY, ENVIRONMENT, make_settings  # noqa: E402
from tests.ports import free_port  # noqa: E402
from thumbor_renuo.apps import App  # noqa: E402
from thumbor_renuo.uploads.presigned_post import PolicySigner  # noqa: E402

SECONDS, ROUNDS, CONNECTIONS = 4, 5, 16
OLD = f"api_key={API_KEY}"
NEW = f"{OLD}&filename=hat.jpg&content_type=image/jpeg&size=100000"
SCRIPT = """
wrk.method = "POST"
wrk.body = "{body}"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
"""
BARE = """
import asyncio, sys, tornado.web
answer = b"x" * int(sys.argv[2])
class Constant(tornado.web.RequestHandler):
    def post(self):
        self.set_header("Content-Type", "application/json")
        self.write(answer)
    def log_request(self): pass
async def main():
    app = tornado.web.Application([("/.*", Constant)], log_function=lambda handler: None)
    app.listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()
asyncio.run(main())
"""


def load(port: int, body: str, folder: Path) -> float:
    """Requests a second over keep-alive connections; fails on any answer but 200."""
    script = folder / "post.lua"
    script.write_text(SCRIPT.format(body=body))
    url = f"http://127.0.0.1:{port}/generate_policy"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), url]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(output)
    found = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    assert found, output
    return float(found[1])


def ask(port: int, body: str) -> int:
    """Wait until the server answers; the length of the answer's body."""
    deadline = time.monotonic() + 30
    while True:
        try:
            url = f"http://127.0.0.1:{port}/generate_policy"
            with urllib.request.urlopen(url, body.encode(), timeout=5) as answer:
                return len(answer.read())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def a_second(work: Callable[[], Any]) -> float:
    """How often it can be done in a second."""
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < 1:
        work()
        count += 1
    return count / (time.perf_counter() - began)


def botocore_signer() -> Callable[[], Any]:
    """The same form, signed by boto3."""
    client = boto3.client(
        "s3",
        region_name="eu-central-1",
        aws_access_key_id=ENVIRONMENT["S3_PUBLIC_KEY"],
        aws_secret_access_key=ENVIRONMENT["S3_SECRET_KEY"],
        config=BotoConfig(signature_version="s3v4", s3={"addressing_style": "virtual"}),
    )
    fields = {"acl": "private", "x-amz-expires": "28800", "utf8": "✓"}
    conditions = [{"acl": "private"}, {"x-amz-expires": "28800"}, ["starts-with", "$utf8", "✓"]]
    return lambda: client.generate_presigned_post(
        "bucket", "o/foobar-develop/a/${filename}", fields, conditions, 28800
    )


def main() -> None:
    """Print the table."""
    if not shutil.which("wrk"):
        raise SystemExit("wrk is needed: apt-get install wrk")
    own, bare = free_port(), free_port()
    program = Path(sys.executable).with_name("thumbor-renuo")
    environment = {
        **ENVIRONMENT,
        "PATH": os.environ["PATH"],
        "RATE_LIMIT_ADDRESS": "1000000000/minute",
        "RATE_LIMIT_KEY": "1000000000/minute",
    }
    with tempfile.TemporaryDirectory() as name, open(os.devnull, "w") as nowhere:
        folder = Path(name)
        command = [program, "serve", "--bind", "127.0.0.1", "--port", str(own), "--processes", "1"]
        serving = subprocess.Popen(command, cwd=folder, env=environment, stdout=nowhere)
        try:
            length = ask(own, OLD)
            constant = subprocess.Popen([sys.executable, "-c", BARE, str(bare), str(length)])
            try:
                ask(bare, OLD)
                rates = measure(own, bare, folder)
            finally:
                constant.kill()
        finally:
            serving.terminate()
            serving.wait(30)
    report(rates, length)


def measure(own: int, bare: int, folder: Path) -> dict[str, list[float]]:
    """Everything in turns, so that a slow moment of the machine meets all alike."""
    signer, tenant = PolicySigner(make_settings()), App("foobar", "develop", API_KEY, "98765")
    turns: dict[str, Callable[[], float]] = {
        "bare Tornado handler, a constant": lambda: load(bare, OLD, folder),
        "POST /generate_policy, old clients": lambda: load(own, OLD, folder),
        "POST /generate_policy, new clients": lambda: load(own, NEW, folder),
        "our signing alone": lambda: a_second(lambda: signer.sign(tenant)),
        "boto3's presigning alone": lambda: a_second(botocore_signer()),
    }
    rates: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(ROUNDS):
        for name, turn in turns.items():
            rates[name].append(turn())
    return rates


def report(rates: dict[str, list[float]], length: int) -> None:
    """Medians, and each as a share of the bare handler's."""
    whole = median(next(iter(rates.values())))
    print(json.dumps({"answer_bytes": length, "seconds_a_turn": SECONDS, "rounds": ROUNDS}))
    for name, found in rates.items():
        low, high = min(found), max(found)
        middle = median(found)
        print(f"{name:38} {middle:9.0f}/s  ({low:.0f}-{high:.0f})  {middle / whole:7.2f}")


if __name__ == "__main__":
    main()
