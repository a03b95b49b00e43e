"""GET /uppy/<api key>/s3/multipart/<id> once the parts are joined."""

import json
from typing import Any
from urllib.parse import quote

from tests.conftest import API_KEY, APP, make_settings
from tests.handlers.conftest import Fetch
from thumbor_renuo.uploads.seal import Seal

KEY = f"o/{APP}/qstu/" + "0b1c/" * 8 + "a.jpg"


async def test_an_object_that_was_copied_over_is_one_part(fetch: Fetch, bucket: Any) -> None:
    """Whoever changes an object's storage class or bucket leaves an ETag that counts no parts."""
    bucket.put_object(Key=KEY, Body=b"x", Metadata={"app": APP})
    value = {"u": "joined long ago", "k": KEY, "t": "image/jpeg", "s": None, "e": 2**33}
    upload_id = Seal(make_settings(), "upload id").seal(value)
    response = await fetch(f"/uppy/{API_KEY}/s3/multipart/{upload_id}?key={quote(KEY)}")
    assert response.code == 200, response.body
    [part] = json.loads(response.body)
    assert part["PartNumber"] == 1
