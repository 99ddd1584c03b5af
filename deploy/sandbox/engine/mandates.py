"""Mandates: a payer's leave to debit a bank account."""

from typing import Any

import stripe

from deploy.sandbox.api.call import Fields, group, number, text
from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.engine import methods
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

NEEDING_MANDATE = frozenset({"us_bank_account", "sepa_debit"})


def ensure_mandate(
    scope: Scope, method: Json, mandate_data: Fields, single_use: dict[str, Any] | None
) -> str | None:
    """Give the mandate in force for a bank account, making one when the payer agrees now.

    Raises:
        ApiError: nobody ever agreed, or the mandate is no longer active.
    """
    if method["type"] not in NEEDING_MANDATE:
        return None
    if mandate_data:
        return str(_new_mandate(scope, method, mandate_data, single_use)["id"])
    known = scope.get(scope.private(method["id"]).get("mandate"))
    if known is None or known["status"] != "active":
        raise ApiError(
            "This payment method needs a mandate: send mandate_data, or save it first.",
            code="payment_intent_mandate_invalid",
            param="mandate_data",
        )
    return str(known["id"])


def _new_mandate(
    scope: Scope, method: Json, mandate_data: Fields, single_use: dict[str, Any] | None
) -> Json:
    acceptance = group(mandate_data, "customer_acceptance")
    kind = text(acceptance, "type") or "online"
    accepted: Json = {"accepted_at": number(acceptance, "accepted_at") or scope.now(), "type": kind}
    accepted[kind] = {} if kind == "offline" else _where_from(group(acceptance, "online"))
    details: Json = {"type": method["type"], method["type"]: {}}
    if method["type"] == "sepa_debit":
        details["sepa_debit"] = {
            "reference": method["id"][-8:].upper(),
            "url": "https://example.com",
        }
    mandate = scope.new(
        stripe.Mandate,
        "mandate",
        customer_acceptance=accepted,
        payment_method=method["id"],
        payment_method_details=details,
        status="active",
        type="single_use" if single_use else "multi_use",
        single_use=single_use,
        multi_use=None if single_use else {},
    )
    scope.save(mandate)
    if not single_use:
        methods.remember(scope, method, mandate=mandate["id"])
    return mandate


def _where_from(online: Fields) -> Json:
    return {"ip_address": text(online, "ip_address"), "user_agent": text(online, "user_agent")}


def end_mandate(scope: Scope, mandate_id: str | None) -> None:
    """The bank or the payer withdrew the leave; no debit until there is a new one."""
    mandate = scope.get(mandate_id)
    if mandate is not None and mandate["status"] == "active":
        scope.change(mandate, "mandate.updated", status="inactive")
