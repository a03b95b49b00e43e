"""The bucket's address, as AWS or the S3 look-alike has it."""

from functools import lru_cache

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from thumbor_renuo.config import Settings
from thumbor_renuo.errors import ConfigurationError
from thumbor_renuo.s3.client import client_config, isolated_session


@lru_cache(maxsize=32)
def bucket_url(settings: Settings) -> str:
    """Where forms are posted to, with a slash at its end; an object's URL is this and its key.

    botocore knows the rules of regions and of dotted names; it is asked once, without network.

    Raises:
        ConfigurationError: bucket, region and endpoint cannot be used together.
    """
    try:
        client = boto3.Session(botocore_session=isolated_session(Session)).client(
            "s3",
            region_name=settings.s3_region,
            endpoint_url=settings.s3_endpoint or None,
            aws_access_key_id=settings.s3_public_key,
            aws_secret_access_key=settings.s3_secret_key,
            config=client_config(settings, Config),
        )
        signed = client.generate_presigned_post(settings.s3_bucket_name, "o/")
    except (BotoCoreError, ValueError) as error:
        names = "S3_BUCKET_NAME, S3_REGION, S3_ENDPOINT"
        raise ConfigurationError([f"{names}: cannot be used together, {error}"]) from None
    return str(signed["url"]).rstrip("/") + "/"
