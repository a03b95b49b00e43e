"""Objects with any keys, deleted together."""

import re
from collections.abc import Sequence

from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.client import S3Bucket

# What a key may have and the XML of DeleteObjects may not (XML 1.0, 2.2).
NOT_IN_XML = re.compile("[\ufffe\uffff]")


async def delete_all(bucket: S3Bucket, keys: Sequence[str]) -> dict[str, str]:
    """Delete up to PAGE objects, which need not exist.

    Returns:
        S3's error code for each key that could not be deleted.
    """
    in_xml = [key for key in keys if not NOT_IN_XML.search(key)]
    failed = await objects.delete_many(bucket, in_xml) if in_xml else {}
    for key in keys:
        if NOT_IN_XML.search(key):
            await objects.delete(bucket, key)
    return failed
