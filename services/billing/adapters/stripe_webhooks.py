"""Is this webhook Stripe's, fresh, and meant for us? Both directions of time are looked at."""

import json
from datetime import datetime, timedelta
from typing import Any

import stripe

from services.billing.adapters.stripe_reading import hint_read
from services.billing.domain.refusals import ForgedWebhookError
from services.billing.usecases.ports import StoredEvent

OLDEST = timedelta(seconds=300)
FUTURE = timedelta(seconds=60)
"""The SDK accepts any time in the future; a clock may be this much fast."""


def trusted_event(
    body: bytes,
    signature: str | None,
    *,
    secrets: tuple[str, ...],
    now: datetime,
    live: bool,
    own_accounts: bool,
) -> StoredEvent:
    """The event, if one of the secrets in force has signed these very bytes lately.

    Two secrets are in force while one is being replaced. Raises ForgedWebhookError.
    """
    text = _signed_text(body, signature, secrets)
    _refuse_wrong_time(signature or "", now)
    event = _event(text)
    if event.get("livemode") is not live:
        raise ForgedWebhookError("This event is from the other mode (live or test).")
    if event.get("account") and not own_accounts:
        raise ForgedWebhookError("This event is from an account that is not ours.")
    try:
        hint = hint_read(event)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ForgedWebhookError("This is not an event.") from error
    return StoredEvent(event_id=hint.event_id, hint=hint, body=text)


def _signed_text(body: bytes, signature: str | None, secrets: tuple[str, ...]) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ForgedWebhookError("This is not text.") from error
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(text, signature or "", secret)
        except stripe.SignatureVerificationError:
            continue
        return text
    raise ForgedWebhookError("The signature does not fit.")


def _refuse_wrong_time(signature: str, now: datetime) -> None:
    stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    if len(stamps) != 1 or not stamps[0].isdecimal():
        raise ForgedWebhookError("The signature has no single time.")
    ahead = int(stamps[0]) - now.timestamp()
    if ahead > FUTURE.total_seconds():
        raise ForgedWebhookError("The event is dated in the future.")
    if -ahead > OLDEST.total_seconds():
        raise ForgedWebhookError("The event is too old.")


def _event(text: str) -> dict[str, Any]:
    try:
        event = json.loads(text)
    except ValueError as error:
        raise ForgedWebhookError("This is not JSON.") from error
    if not isinstance(event, dict) or not str(event.get("id", "")).startswith("evt_"):
        raise ForgedWebhookError("This is not an event.")
    return event
