"""How Stripe (or the sandbox) is called: one client, retries with one key, errors in our words."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stripe
import structlog
from prometheus_client import Counter
from stripe import HTTPXClient, StripeClient
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from services.billing.usecases.ports import (
    DeclinedError,
    GatewayUnavailableError,
    KeyConflictError,
    RejectedError,
)

T = TypeVar("T")
log = structlog.get_logger()
_conflicts = Counter(
    "doorstep_stripe_key_conflicts", "Keys that Stripe knew for another request: faults of ours."
)

STRIPE_API = stripe.DEFAULT_API_BASE
LIVE_KEYS = ("sk_live_", "rk_live_")
_TIMEOUT_SECONDS = 10
_SDK_RETRIES = 2
"""Timeouts, dropped connections, 409 and 5xx; not inherited from the module's default."""
_OWN_TRIES = 3
"""429, which the SDK never repeats."""
_CONFLICT = 409
_SERVER_ERROR = 500


class MixedStripeSettingsError(SystemExit):
    """A live key with another host, a sandbox key with Stripe's, or a test key in production."""


def refuse_mixed_settings(*, secret_key: str, api_base: str, production: bool) -> None:
    """Stop the start rather than charge real cards by mistake, or none in earnest."""
    real = api_base == STRIPE_API
    live = secret_key.startswith(LIVE_KEYS)
    if live and not real:
        raise MixedStripeSettingsError("A live Stripe key may only be used with Stripe itself.")
    if real and secret_key.startswith("sk_sandbox_"):
        raise MixedStripeSettingsError("This is the sandbox's key; Stripe does not know it.")
    if production and not live:
        raise MixedStripeSettingsError("Production needs a live Stripe key.")
    if live and not production:
        raise MixedStripeSettingsError("A live Stripe key needs BILLING_ENVIRONMENT=production.")


def stripe_client(
    secret_key: str, api_base: str, http_client: stripe.HTTPClient | None = None
) -> StripeClient:
    """The only place that knows whether we talk to Stripe or to the sandbox."""
    return StripeClient(
        secret_key,
        base_addresses={"api": api_base},
        http_client=http_client or HTTPXClient(timeout=_TIMEOUT_SECONDS),
        max_network_retries=_SDK_RETRIES,
    )


async def called(call: Callable[[], Awaitable[T]]) -> T:
    """Make the call, repeating it while Stripe asks us to slow down. Raises GatewayError.

    A key conflict is a fault of this program, so it is logged and counted as one.
    """
    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(stripe.RateLimitError),
            stop=stop_after_attempt(_OWN_TRIES),
            wait=wait_exponential_jitter(multiplier=0.2, max=2),
            reraise=True,
        ):
            with attempt:
                return await call()
    except stripe.StripeError as error:
        said = translated(error)
        if isinstance(said, KeyConflictError):
            _conflicts.inc()
            log.exception("stripe_key_conflict", request_id=error.request_id)
        raise said from error
    raise GatewayUnavailableError  # unreachable; the loop either returns or raises


def translated(error: stripe.StripeError) -> Exception:
    """The error in billing's words. What is not surely refused counts as unanswered."""
    if isinstance(error, stripe.CardError):
        return _declined(error)
    if error.http_status == _CONFLICT or (error.http_status or _SERVER_ERROR) >= _SERVER_ERROR:
        return GatewayUnavailableError(str(error.code or type(error).__name__))
    if isinstance(error, stripe.IdempotencyError):
        return KeyConflictError(error.user_message or "")
    if isinstance(error, stripe.RateLimitError | stripe.APIConnectionError):
        return GatewayUnavailableError(type(error).__name__)
    return RejectedError(str(error.code or type(error).__name__), error.user_message or "")


def _declined(error: stripe.CardError) -> DeclinedError:
    body = error.error
    decline_code = getattr(body, "decline_code", None) or ""
    return DeclinedError(str(error.code or ""), decline_code, error.user_message or "Declined")
