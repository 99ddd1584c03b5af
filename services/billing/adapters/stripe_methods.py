"""Customers and their methods on file at Stripe: saving, charging without a page, forgetting."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from services.billing.adapters.stripe_calls import called
from services.billing.adapters.stripe_reading import (
    charge_named,
    intent_read,
    method_read,
    page_read,
    setup_read,
)
from services.billing.domain.attempt import Attempt
from services.billing.domain.methods import Setup
from services.billing.domain.provider import OpenPage, SeenAttempt, SeenMethod, SeenSetup
from services.billing.usecases.ports import (
    ActionRequiredError,
    DeclinedError,
    KeyConflictError,
    RejectedError,
)

WITH_CHARGE = ["latest_charge", "payment_method"]
KEYS_LAST = timedelta(hours=23)
"""Stripe forgets idempotency keys after 24 hours; then we look before we ask again."""
_PAGE = 100


class StripeMethods:
    """The part of the gateway that is about methods on file."""

    _v1: Any

    async def ensure_customer(
        self, *, company_id: str, payer_id: str, name: str, email: str, account: str | None
    ) -> str:
        params: dict[str, Any] = {
            "name": name,
            "metadata": {"company_id": company_id, "payer_id": payer_id},
        }
        if "@" in email:
            params["email"] = email
        customer = await called(
            lambda: self._v1.customers.create_async(
                params, options_for(account, f"cus-{company_id}-{payer_id}")
            )
        )
        return str(customer.id)

    async def start_setup(self, setup: Setup, *, success_url: str, cancel_url: str) -> OpenPage:
        metadata = {"setup_id": setup.setup_id, "company_id": setup.company_id}
        session = await called(
            lambda: self._v1.checkout.sessions.create_async(
                {
                    "mode": "setup",
                    "customer": setup.customer_id,
                    "currency": "usd",
                    "allowed_payment_method_types": [setup.kind.value],
                    "success_url": success_url,
                    "cancel_url": cancel_url,
                    "client_reference_id": setup.setup_id,
                    "metadata": metadata,
                },
                options_for(setup.on, f"setup-{setup.setup_id}"),
            )
        )
        return page_read(session)

    async def setup_state(self, setup: Setup) -> SeenSetup:
        if setup.session_id is None:
            return SeenSetup(over=False)
        session = await called(
            lambda: self._v1.checkout.sessions.retrieve_async(
                setup.session_id,
                {"expand": ["setup_intent", "setup_intent.payment_method"]},
                options_for(setup.on),
            )
        )
        return setup_read(session)

    async def method_state(self, method_id: str, account: str | None) -> SeenMethod | None:
        try:
            found = await called(
                lambda: self._v1.payment_methods.retrieve_async(method_id, {}, options_for(account))
            )
        except RejectedError:
            return None
        return method_read(found)

    async def detach_method(self, method_id: str, account: str | None) -> None:
        with suppress(RejectedError):  # it is no customer's any more: that is what we want
            await called(
                lambda: self._v1.payment_methods.detach_async(method_id, {}, options_for(account))
            )

    async def charge_saved(self, attempt: Attempt) -> SeenAttempt:
        if datetime.now(UTC) - attempt.created_at > KEYS_LAST:
            return await self._charge_found(attempt)
        try:
            intent = await called(
                lambda: self._v1.payment_intents.create_async(
                    _charge(attempt), options_for(attempt.account, attempt.key)
                )
            )
        except DeclinedError as error:
            if "authentication_required" in {error.code, error.decline_code}:
                raise ActionRequiredError(None) from error
            raise
        except KeyConflictError:  # something was done under this key: see what
            return await self._charge_found(attempt)
        return intent_read(intent, None)

    async def _charge_found(self, attempt: Attempt) -> SeenAttempt:
        """The key says nothing any more: find the charge, or say that there never was one."""
        found = await called(
            lambda: self._v1.payment_intents.list_async(
                {
                    "customer": attempt.customer_id or "",
                    "created": {"gte": int(attempt.created_at.timestamp()) - 60},
                    "limit": _PAGE,
                    "expand": [f"data.{part}" for part in WITH_CHARGE],
                },
                options_for(attempt.account),
            )
        )
        async for intent in found.auto_paging_iter():
            if charge_named(intent) == attempt.attempt_id:
                return intent_read(intent, None)
        raise RejectedError("no_charge", "It was never charged.")


def options_for(account: str | None, key: str | None = None) -> Any:
    """The company's own account and the idempotency key, where there are such."""
    options: dict[str, str] = {}
    if account:
        options["stripe_account"] = account
    if key:
        options["idempotency_key"] = key
    return options


def metadata_of(attempt: Attempt) -> dict[str, str]:
    """Ids only: nothing about a person leaves with a payment."""
    return {"attempt_id": attempt.attempt_id, "company_id": attempt.company_id}


def _charge(attempt: Attempt) -> dict[str, Any]:
    return {
        "amount": attempt.amount_cents,
        "currency": attempt.currency.lower(),
        "customer": attempt.customer_id or "",
        "payment_method": attempt.method_id or "",
        "allowed_payment_method_types": [attempt.method.value],
        "confirm": True,
        "off_session": True,
        "description": attempt.description,
        "metadata": metadata_of(attempt),
        "expand": WITH_CHARGE,
    }
