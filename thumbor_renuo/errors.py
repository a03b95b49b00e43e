"""Every error a client may be told of: its HTTP status, its code and its public message.

RenuoError                     500  internal_error
├── ConfigurationError              (stops the start; never reaches a client)
├── BadRequest                 400  bad_request
│   ├── InvalidPath            400  invalid_path
│   ├── InvalidOptions         400  invalid_options
│   └── UnreadableImage        400  unreadable_image
├── Forbidden                  403  forbidden
│   ├── InvalidKey             403  forbidden
│   ├── NotFromCdn             403  forbidden
│   └── Expired                403  expired
├── NotFound                   404  not_found
├── MethodNotAllowed           405  method_not_allowed
├── Conflict                   409  conflict
├── PreconditionFailed         412  precondition_failed
├── TooLarge                   413  too_large
│   └── OriginalTooLarge       413  too_large
├── UnsupportedType            415  unsupported_type
│   └── UnsupportedImage       415  unsupported_type
├── RangeNotSatisfiable        416  range_not_satisfiable
├── ContentRefused             422  content_refused
│   ├── ContentMismatch        422  content_mismatch
│   ├── ContentNotAllowed      422  content_not_allowed
│   ├── ContentBroken          422  content_broken
│   ├── ContentActive          422  content_active
│   ├── ContentInfected        422  content_infected
│   └── ContentUnchecked       422  content_unchecked
├── TooManyRequests            429  too_many_requests
├── StorageError               502  storage_error
│   └── StorageTimeout         504  storage_timeout
├── UpstreamError              502  upstream_error
│   └── UpstreamTimeout        504  upstream_timeout
└── Unavailable                503  unavailable
    └── RenderTimeout          503  unavailable
"""

from collections.abc import Sequence


class RenuoError(Exception):
    """The root: what went wrong in words that a client may read.

    Args:
        message: public text; names the parameter at fault and never holds a secret.
        limit: the bound that was passed, where there is one.

    Attributes:
        lies_in_path: the path alone is at fault, so that others get the same answer.
    """

    status = 500
    code = "internal_error"
    lies_in_path = False

    def __init__(self, message: str, *, limit: int | str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.limit = limit


class ConfigurationError(RenuoError):
    """The set-up is wrong; `faults` has one line for each thing to mend."""

    code = "configuration_error"

    def __init__(self, faults: Sequence[str]) -> None:
        lines = "\n".join(f"  - {fault}" for fault in faults)
        super().__init__(f"thumbor_renuo cannot start; {len(faults)} to mend:\n{lines}")
        self.faults = tuple(faults)


class BadRequest(RenuoError):
    """The request is not one that can be answered."""

    status = 400
    code = "bad_request"


class InvalidPath(BadRequest):
    """The path is no object key of ours."""

    code = "invalid_path"
    lies_in_path = True


class InvalidOptions(BadRequest):
    """The thumbnail options are not Thumbor's, or outside the limits."""

    code = "invalid_options"
    lies_in_path = True


class UnreadableImage(BadRequest):
    """The stored object cannot be decoded as an image."""

    code = "unreadable_image"
    lies_in_path = True


class Forbidden(RenuoError):
    """The caller may not do this."""

    status = 403
    code = "forbidden"


class InvalidKey(Forbidden):
    """No app has this API key, or it is not the app's private key."""


class NotFromCdn(Forbidden):
    """The request did not come through the CDN."""


class Expired(Forbidden):
    """The address was signed for a time that is over."""

    code = "expired"


class NotFound(RenuoError):
    """There is nothing under this name."""

    status = 404
    code = "not_found"
    lies_in_path = True


class MethodNotAllowed(RenuoError):
    """The resource does not know this method."""

    status = 405
    code = "method_not_allowed"


class TooLarge(RenuoError):
    """More bytes than are allowed."""

    status = 413
    code = "too_large"


class OriginalTooLarge(TooLarge):
    """The original is too large to be made into a thumbnail."""

    lies_in_path = True


class UnsupportedType(RenuoError):
    """The app takes no files of this type."""

    status = 415
    code = "unsupported_type"


class UnsupportedImage(UnsupportedType):
    """The original is an image of a format for which there is no decoder here."""

    lies_in_path = True


class Conflict(RenuoError):
    """The request and what is under way or stored already exclude each other."""

    status = 409
    code = "conflict"


class ContentRefused(RenuoError):
    """What was uploaded is not what may be published; it has been deleted."""

    status = 422
    code = "content_refused"


class ContentMismatch(ContentRefused):
    """The content is another than was declared."""

    code = "content_mismatch"


class ContentNotAllowed(ContentRefused):
    """The app takes no content of this type."""

    code = "content_not_allowed"


class ContentBroken(ContentRefused):
    """The content cannot be decoded as a whole."""

    code = "content_broken"


class ContentActive(ContentRefused):
    """The content could run scripts or fetch from elsewhere."""

    code = "content_active"


class ContentInfected(ContentRefused):
    """The virus scanner found something."""

    code = "content_infected"


class ContentUnchecked(ContentRefused):
    """The content is too large to be checked."""

    code = "content_unchecked"


class TooManyRequests(RenuoError):
    """A rate limit or a daily budget is used up; `retry_after` in seconds."""

    status = 429
    code = "too_many_requests"

    def __init__(
        self, message: str, *, retry_after: int = 1, limit: int | str | None = None
    ) -> None:
        super().__init__(message, limit=limit)
        self.retry_after = retry_after


class PreconditionFailed(RenuoError):
    """The object is not the one that the request is about."""

    status = 412
    code = "precondition_failed"


class RangeNotSatisfiable(RenuoError):
    """The range begins behind the object's end; `size` is the object's size in bytes."""

    status = 416
    code = "range_not_satisfiable"

    def __init__(self, size: int) -> None:
        super().__init__(f"the range lies outside the object's {size} bytes", limit=size)
        self.size = size


class StorageError(RenuoError):
    """The bucket could not be read: refused, unreachable, or cut short."""

    status = 502
    code = "storage_error"


class StorageTimeout(StorageError):
    """The bucket did not answer in time."""

    status = 504
    code = "storage_timeout"


class UpstreamError(RenuoError):
    """A server that is not ours, which an image was to come from, gave none."""

    status = 502
    code = "upstream_error"


class UpstreamTimeout(UpstreamError):
    """That server did not answer in time."""

    status = 504
    code = "upstream_timeout"


class Unavailable(RenuoError):
    """The service cannot take this request just now."""

    status = 503
    code = "unavailable"


class RenderTimeout(Unavailable):
    """An image took longer to make than it may."""
