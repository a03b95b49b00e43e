"""Set-ups that many tests share."""

import gc
import os
from collections.abc import Generator, Iterator
from typing import Any

import boto3
import hypothesis
import pytest
from moto.server import ThreadedMotoServer
from thumbor.config import Config

from thumbor_renuo.config import Settings, production

# bin/check long tries many more examples of each property.
hypothesis.settings.register_profile("long", max_examples=20_000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

BUCKET = "bucket"
APP = "foobar-develop"
API_KEY = "12345678"
API_KEYS = '{"key":"12345678","private_key":"98765","app_name":"foobar","env":"develop"}'
ENVIRONMENT = {
    "S3_BUCKET_NAME": BUCKET,
    "S3_PUBLIC_KEY": "AKIDEXAMPLE",
    "S3_SECRET_KEY": "vqFoo7Or7mUUDMy3kL8z+ughsQ2cGB1Vz2eSMBPO",
    "SECRET_KEY": "secret",
    "CDN_HOST": "cdn.example.com",
    "API_KEYS": API_KEYS,
    "THUMBOR_SECURITY_KEY": "a security key of ours",
}


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the collector what the modules of all tests hold: it lives as long as the tests do."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def make_config(**changes: str) -> Config:
    """A complete production set-up, as thumbor.conf makes it from the environment."""
    return Config(**production({**ENVIRONMENT, **changes}))


def make_settings(**changes: str) -> Settings:
    """The checked options of make_config."""
    return Settings.of(make_config(**changes))


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    """The address of an S3 imitation: it proves nothing about policies, and suits for reading."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def moto_resource(moto_endpoint: str) -> Any:
    """The imitation as boto3 has it."""
    return boto3.resource(
        "s3",
        endpoint_url=moto_endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def bucket(moto_resource: Any) -> Iterator[Any]:
    """A boto3 Bucket in the imitation, empty at first."""
    made = moto_resource.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    yield made
    made.objects.delete()
    made.delete()
