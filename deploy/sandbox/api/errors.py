"""Refusals in Stripe's words and shape.

ApiError                  answered as {"error": {...}} with its HTTP status; undoes the request
└── PaymentFailedError    a card_error: the failed attempt stays on the books
"""

from http import HTTPStatus
from typing import Any


class ApiError(Exception):
    """A request that is answered with an error object; its changes are rolled back."""

    keeps_changes = False

    def __init__(
        self,
        message: str,
        *,
        status: int = HTTPStatus.BAD_REQUEST,
        kind: str = "invalid_request_error",
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = int(status)
        self.error: dict[str, Any] = {
            "type": kind,
            "message": message,
            **{key: value for key, value in details.items() if value is not None},
        }

    def body(self) -> dict[str, Any]:
        """Give the answer's JSON."""
        return {"error": self.error}


class PaymentFailedError(ApiError):
    """The bank said no (402); the attempt and its events are kept."""

    keeps_changes = True

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message, status=HTTPStatus.PAYMENT_REQUIRED, kind="card_error", **details)


def no_such(kind: str, object_id: str, param: str = "id") -> ApiError:
    """404 for an id in the path, 400 for one in a parameter, as Stripe does."""
    status = HTTPStatus.NOT_FOUND if param == "id" else HTTPStatus.BAD_REQUEST
    noun = kind.replace("checkout.session", "checkout session").replace("_", " ")
    message = f"No such {noun}: '{object_id}'"
    return ApiError(message, status=status, code="resource_missing", param=param)


def missing(param: str) -> ApiError:
    """A required parameter was not sent."""
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def invalid(param: str, message: str) -> ApiError:
    """A parameter has a value that cannot be."""
    return ApiError(message, param=param)
