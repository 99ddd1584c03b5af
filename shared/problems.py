"""A refusal is a named class with a stable code; one place (shared/webapp.py) turns it into HTTP.

RefusalError                 safe to show a person; nothing was changed
├── InvalidError       422   the request itself cannot be right
├── NotSignedInError   401   nobody is signed in
├── ForbiddenError     403   this person may not do this
│   └── PlanWithoutPortalError  403  the company's plan does not include it
├── NotFoundError      404   there is no such thing, or it is somebody else's
├── ConflictError      409   right in itself, but not in the present state
├── GoneError          410   it was there and is not any more
├── TooLargeError      413   more bytes than we take
├── TooManyError       429   wait, then try again
└── UnavailableError   503   a part we need is away; nothing is lost, try again
"""

from typing import ClassVar


class RefusalError(Exception):
    """A request that is refused with a reason. `detail` is for people, `code` for machines."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This cannot be done"

    def __init__(self, detail: str = "", **extra: object) -> None:
        """`extra` becomes members of the problem document, for example the allowed maximum."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.extra = extra


class InvalidError(RefusalError):
    """The request itself cannot be right."""

    code = "invalid"
    status = 422
    title = "There is a problem with what was sent"


class NotSignedInError(RefusalError):
    """Nobody is signed in, or the token is not valid any more."""

    code = "not_signed_in"
    status = 401
    title = "Please sign in"


class ForbiddenError(RefusalError):
    """This person may not do this."""

    code = "forbidden"
    status = 403
    title = "You may not do this"


class PlanWithoutPortalError(ForbiddenError):
    """The client portal is part of the plans Pro and Pro Plus, in every service (R60, R77)."""

    code = "plan_without_portal"
    title = "The client portal is part of Pro and Pro Plus"


class NotFoundError(RefusalError):
    """There is no such thing, or it belongs to somebody else: the answer is the same."""

    code = "not_found"
    status = 404
    title = "There is nothing here"


class ConflictError(RefusalError):
    """Right in itself, but not in the present state."""

    code = "conflict"
    status = 409
    title = "This cannot be done now"


class GoneError(RefusalError):
    """It was there and is not any more."""

    code = "gone"
    status = 410
    title = "This is not available any more"


class TooLargeError(RefusalError):
    """More bytes than we take."""

    code = "too_large"
    status = 413
    title = "This is too large"


class TooManyError(RefusalError):
    """Too many tries in a short time."""

    code = "too_many_requests"
    status = 429
    title = "Please wait a moment and try again"

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 60, **extra: object) -> None:
        """`retry_after_seconds` is sent as Retry-After."""
        super().__init__(detail, **extra)
        self.retry_after_seconds = retry_after_seconds


class UnavailableError(RefusalError):
    """A part we need is away. What was accepted before is kept; trying again is safe."""

    code = "unavailable"
    status = 503
    title = "This is not available for a moment"

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 5, **extra: object) -> None:
        """`retry_after_seconds` is sent as Retry-After."""
        super().__init__(detail, **extra)
        self.retry_after_seconds = retry_after_seconds
