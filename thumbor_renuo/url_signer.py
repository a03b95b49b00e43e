"""Thumbor's HMAC signer with a comparison whose duration tells nothing."""

import hmac

from libthumbor.url_signers.base64_hmac_sha1 import UrlSigner as ThumborUrlSigner


class UrlSigner(ThumborUrlSigner):
    """Signs as Thumbor does (HMAC-SHA1, URL-safe base64)."""

    def validate(self, actual_signature: bytes, url: str) -> bool:
        """Compare in constant time; Thumbor compares with `==`."""
        return hmac.compare_digest(self.signature(url), actual_signature)
