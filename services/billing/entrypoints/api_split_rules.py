"""JSON: a company's saved split rules, and pressing one."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.billing.domain.booking import Role
from services.billing.domain.split_rules import SplitRule
from services.billing.entrypoints.api_invoices import Billing, Reading, Setting
from services.billing.entrypoints.api_shapes import In
from services.billing.entrypoints.api_split_shapes import BasisPoints, InvoicesMade, PreviewOut
from services.billing.entrypoints.once import id_from, once
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.apply_split_rule import ApplySplitRule, apply_split_rule
from services.billing.usecases.keep_split_rule import keep_split_rule
from services.billing.usecases.preview_split_rule import preview_split_rule
from shared.idempotency import IdempotencyKey
from shared.money import PositiveCents
from shared.problem_answers import responses

router = APIRouter(prefix="/api/billing/v1", tags=["split rules"])
APPLY = "/inspections/{inspection_id}/split-rules/{rule_id}"
Name = Annotated[str, Field(min_length=1, max_length=80)]
Label = Annotated[str, Field(max_length=60)]
Place = Annotated[int, Field(strict=True, ge=0, le=1000)]


class SplitRuleIn(In):
    """Whom it is for, and exactly one of: a service, an amount, a percentage, equal parts."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Half to the insurer",
                    "role": "additional",
                    "role_label": "Insurer",
                    "basis_points": 5000,
                }
            ]
        },
    )
    name: Name
    role: Literal["client", "agent", "additional"]
    role_label: Label = ""
    service_id: Annotated[str, Field(max_length=80)] = ""
    service_name: Annotated[str, Field(max_length=200)] = ""
    fixed_cents: PositiveCents | None = None
    basis_points: BasisPoints | None = None
    equal_parts: bool = False
    active: bool = True
    order: Place = 0

    def rule(self, company_id: str, rule_id: str) -> SplitRule:
        """As the domain takes it."""
        fields = self.model_dump() | {"role": Role(self.role)}
        return SplitRule(company_id=company_id, rule_id=rule_id, **fields)


class SplitRuleOut(BaseModel):
    """One saved rule."""

    rule_id: str
    name: str
    role: str
    role_label: str
    kind: Literal["services", "fixed", "percent", "equal"]
    service_id: str
    service_name: str
    fixed_cents: int | None
    basis_points: int | None
    equal_parts: bool
    active: bool
    order: int

    @classmethod
    def of(cls, rule: SplitRule) -> "SplitRuleOut":
        """From the store."""
        return cls.model_validate(rule, from_attributes=True)


class SplitRulesOut(BaseModel):
    """In their order."""

    items: list[SplitRuleOut]


@router.get("/split-rules", responses=responses(401, 403))
async def list_rules(caller: Reading, parts: UsedParts) -> SplitRulesOut:
    """The company's rules, in use or not."""
    found = await parts.split_rules.of_company(caller.company_id)
    return SplitRulesOut(items=[SplitRuleOut.of(rule) for rule in found])


@router.post(
    "/split-rules",
    status_code=201,
    response_model=SplitRuleOut,
    responses=responses(401, 403, 409, 422),
)
async def add_rule(
    wish: SplitRuleIn, caller: Setting, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Save a new rule."""
    rule = wish.rule(caller.company_id, id_from("rule", caller.company_id, key))

    async def act() -> Any:
        kept = await keep_split_rule(rule, rules=parts.split_rules)
        return SplitRuleOut.of(kept).model_dump(mode="json")

    meaning = ["split-rule", wish.model_dump(mode="json")]
    return await once(parts, company_id=caller.company_id, key=key, meaning=meaning, act=act)


@router.get("/split-rules/{rule_id}", responses=responses(401, 403, 404))
async def read_rule(rule_id: str, caller: Reading, parts: UsedParts) -> SplitRuleOut:
    """One rule."""
    return SplitRuleOut.of(await parts.split_rules.rule(caller.company_id, rule_id))


@router.put("/split-rules/{rule_id}", responses=responses(401, 403, 404, 422))
async def put_rule(
    rule_id: str, wish: SplitRuleIn, caller: Setting, parts: UsedParts
) -> SplitRuleOut:
    """Replace it; invoices it has made stay as they are."""
    known = await parts.split_rules.rule(caller.company_id, rule_id)
    rule = wish.rule(caller.company_id, known.rule_id)
    return SplitRuleOut.of(await keep_split_rule(rule, rules=parts.split_rules))


@router.delete("/split-rules/{rule_id}", status_code=204, responses=responses(401, 403, 404))
async def remove_rule(rule_id: str, caller: Setting, parts: UsedParts) -> Response:
    """Forget it; invoices it has made stay."""
    rule = await parts.split_rules.rule(caller.company_id, rule_id)
    await parts.split_rules.remove(caller.company_id, rule.rule_id)
    return Response(status_code=204)


@router.post(f"{APPLY}/preview", responses=responses(401, 403, 404))
async def preview(
    inspection_id: str, rule_id: str, caller: Billing, parts: UsedParts
) -> PreviewOut:
    """What pressing the rule would do to the bill; nothing is written."""
    seen = await preview_split_rule(
        _command(caller.company_id, inspection_id, rule_id, "preview"),
        books=parts.books,
        rules=parts.split_rules,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
    )
    return PreviewOut.of(seen)


@router.post(
    f"{APPLY}/apply",
    status_code=201,
    response_model=InvoicesMade,
    responses=responses(401, 403, 404, 409, 422),
)
async def apply(
    inspection_id: str, rule_id: str, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Make the rule's invoices, once; nothing is mailed."""
    command = _command(caller.company_id, inspection_id, rule_id, key)

    async def act() -> Any:
        bill = await apply_split_rule(
            command,
            books=parts.books,
            rules=parts.split_rules,
            clock=parts.clock,
            own_accounts=parts.own_accounts,
        )
        mine = command.invoice_id
        made = [i.invoice_id for i in bill.invoices if i.invoice_id.startswith(mine)]
        return InvoicesMade.of(bill, tuple(made)).model_dump(mode="json")

    meaning = ["apply", inspection_id, rule_id]
    return await once(parts, company_id=caller.company_id, key=key, meaning=meaning, act=act)


def _command(company_id: str, inspection_id: str, rule_id: str, key: str) -> ApplySplitRule:
    return ApplySplitRule(
        company_id=company_id,
        inspection_id=inspection_id,
        rule_id=rule_id,
        invoice_id=id_from("invoice", company_id, key),
    )
