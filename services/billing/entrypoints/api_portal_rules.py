"""JSON: what customers see and may do in the portal (R83-R94)."""

from dataclasses import asdict

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.billing.domain.company import PortalRules
from services.billing.entrypoints.api_invoices import Reading, Setting
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.change_portal_rules import change_portal_rules
from shared.money import Cents
from shared.problem_answers import responses

router = APIRouter(prefix="/api/billing/v1", tags=["settings"])


class PortalRulesBody(BaseModel):
    """The whole tab; a maximum of 0 means no limit (C1)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clients_may_invite: bool = False
    autopay: bool = False
    autopay_on_due_date: bool = False
    card_changes: bool = False
    bank_changes: bool = False
    prepayments: bool = False
    card_max_cents: Cents = 0
    bank_max_cents: Cents = 0
    billing_history: bool = False


@router.get("/settings/portal", responses=responses(401, 403))
async def read_rules(caller: Reading, parts: UsedParts) -> PortalRulesBody:
    """What customers may do at present."""
    settings = await parts.lists.settings(caller.company_id)
    return PortalRulesBody(**asdict(settings.portal))


@router.put("/settings/portal", responses=responses(401, 403, 422))
async def put_rules(wish: PortalRulesBody, caller: Setting, parts: UsedParts) -> PortalRulesBody:
    """Change it, all at once. Without Pro or Pro Plus only `clients_may_invite` changes (R77)."""
    settings = await change_portal_rules(
        company_id=caller.company_id,
        rules=PortalRules(**wish.model_dump()),
        books=parts.books,
        own_accounts=parts.own_accounts,
    )
    return PortalRulesBody(**asdict(settings.portal))
