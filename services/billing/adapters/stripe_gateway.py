"""The card processor behind the port: Stripe through its official SDK. Keys before every call."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import stripe
from stripe import StripeClient

from services.billing.adapters.stripe_calls import LIVE_KEYS, called
from services.billing.adapters.stripe_methods import (
    KEYS_LAST,
    WITH_CHARGE,
    StripeMethods,
    metadata_of,
    options_for,
)
from services.billing.adapters.stripe_reading import (
    hint_read,
    intent_read,
    page_read,
    refund_named,
    refund_read,
    session_read,
)
from services.billing.adapters.stripe_webhooks import trusted_event
from services.billing.domain.attempt import RANK, Attempt, AttemptState
from services.billing.domain.provider import AccountStatus, OpenPage, SeenAttempt, SeenRefund
from services.billing.domain.refund import Refund
from services.billing.usecases.ports import KeyConflictError, RejectedError, StoredEvent
from services.billing.usecases.work_off_events import LISTENED_KINDS

_WITH_INTENT = ["payment_intent", *(f"payment_intent.{part}" for part in WITH_CHARGE)]
_PAGE = 100
_KINDS_MAX = 20  # Stripe refuses a list of events of more kinds


class StripeGateway(StripeMethods):
    """One installation's Stripe; `account` in a call is the company's own, if it has one."""

    def __init__(
        self, client: StripeClient, *, secret_key: str, secrets: tuple[str, ...], own_accounts: bool
    ) -> None:
        """`secrets`: the webhook secrets in force."""
        self._v1 = client.v1
        self._secrets = secrets
        self._live = secret_key.startswith(LIVE_KEYS)
        self._own_accounts = own_accounts

    async def start_checkout(
        self, attempt: Attempt, *, accepts_bank: bool, accepts_card: bool
    ) -> OpenPage:
        params = _checkout(attempt, accepts_bank=accepts_bank, accepts_card=accepts_card)
        session = await called(
            lambda: self._v1.checkout.sessions.create_async(
                params, options_for(attempt.account, attempt.key)
            )
        )
        return page_read(session)

    async def expire_checkout(self, attempt: Attempt) -> SeenAttempt:
        session_id = attempt.session_id
        if session_id is None:
            charged = await self.attempt_state(attempt)
            return charged or SeenAttempt(state=AttemptState.CANCELED, amount_cents=0)
        with suppress(RejectedError):  # not open any more: what it became is read below
            await called(
                lambda: self._v1.checkout.sessions.expire_async(
                    session_id, {}, options_for(attempt.account)
                )
            )
        return await self._session_state(attempt, session_id)

    async def attempt_state(self, attempt: Attempt) -> SeenAttempt | None:
        if attempt.session_id:
            return await self._session_state(attempt, attempt.session_id)
        intent_id = attempt.payment_intent_id
        if intent_id is None:
            return None
        intent = await called(
            lambda: self._v1.payment_intents.retrieve_async(
                intent_id, {"expand": WITH_CHARGE}, options_for(attempt.account)
            )
        )
        refunds, disputes = await self._afterwards(attempt, intent)
        return intent_read(intent, None, refunds, disputes)

    async def refund(self, refund: Refund, attempt: Attempt) -> SeenRefund:
        intent_id = attempt.payment_intent_id
        if intent_id is None:
            raise RejectedError("no_charge", "There is no charge to refund.")
        if datetime.now(UTC) - refund.created_at > KEYS_LAST:
            known = await self._refund_found(refund, attempt, intent_id)
            if known:
                return known
        try:
            made = await called(
                lambda: self._v1.refunds.create_async(
                    _refund(refund, intent_id), options_for(attempt.account, refund.key)
                )
            )
        except KeyConflictError:  # something was done under this key: see what
            known = await self._refund_found(refund, attempt, intent_id)
            if known is None:
                raise
            return known
        return refund_read(made)

    async def _refund_found(
        self, refund: Refund, attempt: Attempt, intent_id: str
    ) -> SeenRefund | None:
        """The key says nothing any more: the refund by its own id, if it was made."""
        for known in await self._refunds(attempt, intent_id):
            if refund_named(known) == refund.refund_id:
                return refund_read(known)
        return None

    async def list_events(
        self, *, account: str | None, since: datetime
    ) -> AsyncIterator[StoredEvent]:
        kinds = sorted(LISTENED_KINDS)
        found: list[Any] = []
        for at in range(0, len(kinds), _KINDS_MAX):
            page = await self._events(kinds[at : at + _KINDS_MAX], account, since)
            found += [event async for event in page.auto_paging_iter()]
        found.reverse()  # within a second the processor's own order, oldest first
        for event in sorted(found, key=lambda each: each.created):
            hint = hint_read(event.to_dict())
            yield StoredEvent(event_id=event.id, hint=hint, body=str(event), healed=True)

    async def _events(self, kinds: list[Any], account: str | None, since: datetime) -> Any:
        wish = {"created": {"gte": int(since.timestamp())}, "types": kinds, "limit": _PAGE}
        options = options_for(account)
        return await called(lambda: self._v1.events.list_async(cast("Any", wish), options))

    def parse_webhook(self, body: bytes, signature: str | None, now: datetime) -> StoredEvent:
        return trusted_event(
            body,
            signature,
            secrets=self._secrets,
            now=now,
            live=self._live,
            own_accounts=self._own_accounts,
        )

    async def account_status(self, account: str | None) -> AccountStatus:
        if account is None:
            found = await called(self._v1.accounts.retrieve_current_async)
        else:
            found = await called(lambda: self._v1.accounts.retrieve_async(account))
        capabilities = found.capabilities
        bank = getattr(capabilities, "us_bank_account_ach_payments", None) == "active"
        return AccountStatus(charges_enabled=bool(found.charges_enabled), bank_payments=bank)

    async def _session_state(self, attempt: Attempt, session_id: str) -> SeenAttempt:
        session = await called(
            lambda: self._v1.checkout.sessions.retrieve_async(
                session_id, {"expand": _WITH_INTENT}, options_for(attempt.account)
            )
        )
        refunds, disputes = await self._afterwards(attempt, session.payment_intent)
        return session_read(session, refunds, disputes)

    async def _afterwards(
        self, attempt: Attempt, intent: Any
    ) -> tuple[list[stripe.Refund], list[stripe.Dispute]]:
        """Refunds and disputes, asked for only where there can be some."""
        charge = getattr(intent, "latest_charge", None)
        if not isinstance(charge, stripe.Charge) or intent.status != "succeeded":
            return [], []
        booked = RANK[attempt.state] >= RANK[AttemptState.SUCCEEDED]
        refunds = []
        if booked or charge.amount_refunded:
            refunds = await self._refunds(attempt, intent.id)
        if not charge.disputed:
            return refunds, []
        disputes = await called(
            lambda: self._v1.disputes.list_async(
                {"payment_intent": intent.id, "limit": _PAGE}, options_for(attempt.account)
            )
        )
        return refunds, list(disputes.data)

    async def _refunds(self, attempt: Attempt, intent_id: str) -> list[stripe.Refund]:
        found = await called(
            lambda: self._v1.refunds.list_async(
                {"payment_intent": intent_id, "limit": _PAGE}, options_for(attempt.account)
            )
        )
        return list(reversed(found.data))


def _refund(refund: Refund, intent_id: str) -> Any:
    return {
        "payment_intent": intent_id,
        "amount": refund.amount_cents,
        "reason": "requested_by_customer",
        "metadata": {"refund_id": refund.refund_id, "company_id": refund.company_id},
    }


def _checkout(attempt: Attempt, *, accepts_bank: bool, accepts_card: bool) -> Any:
    """The very same parameters for the same attempt, so that its key can be repeated."""
    kinds = [kind for kind, on in (("card", accepts_card), ("us_bank_account", accepts_bank)) if on]
    params: dict[str, Any] = {
        "mode": "payment",
        "submit_type": "pay",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": attempt.currency.lower(),
                    "unit_amount": attempt.amount_cents,
                    "product_data": {"name": attempt.description},
                },
            }
        ],
        "allowed_payment_method_types": kinds,
        "client_reference_id": attempt.attempt_id,
        "metadata": metadata_of(attempt),
        "payment_intent_data": {
            "metadata": metadata_of(attempt),
            "description": attempt.description,
        },
        "success_url": attempt.success_url,
        "cancel_url": attempt.cancel_url,
        "expires_at": int(attempt.expires_at.timestamp()),
    }
    if attempt.save_method:
        params["payment_intent_data"]["setup_future_usage"] = "off_session"
    if attempt.customer_id:
        params["customer"] = attempt.customer_id
    elif "@" in attempt.payer.email:
        params["customer_email"] = attempt.payer.email
    return params
