"""JSON: invoices to charge and charge runs (R84, R85, C24, C25)."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.billing.domain.charge_run import MOST_IN_A_RUN, ChargeRun, RunItem
from services.billing.entrypoints.api_invoices import Billing, Reading, name_of
from services.billing.entrypoints.charge_plan import Planned, Wish
from services.billing.entrypoints.charge_shown import Planner
from services.billing.entrypoints.once import id_from, once
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.change_charge_run import Step, change_charge_run
from services.billing.usecases.start_charge_run import StartChargeRun, start_charge_run
from shared.idempotency import IdempotencyKey
from shared.problem_answers import responses

router = APIRouter(prefix="/api/billing/v1", tags=["charge runs"])
Id = Annotated[str, Field(min_length=1, max_length=80)]


class ChargeableOut(BaseModel):
    """One invoice that waits to be charged (cents)."""

    invoice_id: str
    number: str
    account_id: str
    account_name: str
    site_line: str
    balance_cents: int
    currency: str
    issued_on: date
    due_on: date
    charged_to: str
    """The card or bank account; empty: there is none."""
    left_out: str
    """Why a run of the page would not charge it; empty: it would."""
    tried: str
    """What became of the last charge of that method, if it was in vain."""


class ToChargeOut(BaseModel):
    """What would be charged now: a dry run. The sums are of everything, however much it is.

    `items` are the oldest 1,000, as many as one run charges at most; go on with `skip`.
    """

    items: list[ChargeableOut]
    invoice_count: int
    """How many wait."""
    charged_count: int
    """How many of them would be charged."""
    total_cents: int
    """What that would bring."""


class RunIn(BaseModel):
    """Which invoices; none named: all that wait."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    invoice_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_IN_A_RUN)] | None = None
    due_by: date | None = None


class RunOut(BaseModel):
    """A run and its sums (cents)."""

    run_id: str
    status: str
    invoice_count: int
    charged_count: int
    failed_count: int
    left_count: int
    total_cents: int
    charged_cents: int
    currency: str
    started_by: str
    started_at: AwareDatetime
    automatic: bool

    @classmethod
    def of(cls, run: ChargeRun) -> "RunOut":
        """From the books."""
        return cls(
            run_id=run.run_id,
            status=run.status.value,
            invoice_count=run.invoice_count,
            charged_count=run.charged_count,
            failed_count=run.failed_count,
            left_count=run.left_count,
            total_cents=run.total_cents,
            charged_cents=run.charged_cents,
            currency=run.currency,
            started_by=run.started_by,
            started_at=run.started_at,
            automatic=run.automatic,
        )


class ItemOut(BaseModel):
    """One invoice of a run; `code` and `reason` say why it failed."""

    invoice_id: str
    invoice_number: str
    account_id: str
    account_name: str
    amount_cents: int
    state: str
    code: str
    reason: str
    method_label: str
    tries: int
    position: int

    @classmethod
    def of(cls, item: RunItem) -> "ItemOut":
        """From the books."""
        return cls(
            invoice_id=item.invoice_id,
            invoice_number=item.invoice_number,
            account_id=item.account_id,
            account_name=item.account_name,
            amount_cents=item.amount_cents,
            state=item.state.value,
            code=item.code,
            reason=item.reason,
            method_label=item.method_label,
            tries=item.tries,
            position=item.position,
        )


class RunPageOut(RunOut):
    """A run with some of its invoices; go on with `after` = the last one's position."""

    items: list[ItemOut]


@router.get("/invoices-to-charge", responses=responses(401, 403, 422))
async def to_charge(
    *,
    caller: Reading,
    parts: UsedParts,
    account_id: Annotated[str, Query(max_length=80)] = "",
    due_by: date | None = None,
    skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> ToChargeOut:
    """The filter `Invoices to Charge`, oldest first; nothing is charged by looking."""
    company = await parts.lists.company(caller.company_id)
    settings = await parts.lists.settings(caller.company_id)
    planner = Planner(parts, caller.company_id, company, settings)
    wish = Wish(account_id=account_id, due_by=due_by)
    plan = await planner.page(wish, skip=skip, limit=MOST_IN_A_RUN)
    return ToChargeOut(
        items=[_chargeable(one) for one in plan.rows],
        invoice_count=plan.invoice_count,
        charged_count=plan.charged_count,
        total_cents=plan.charged_cents,
    )


@router.get("/charge-runs", responses=responses(401, 403))
async def list_runs(caller: Reading, parts: UsedParts) -> list[RunOut]:
    """The newest fifty."""
    return [RunOut.of(run) for run in await parts.lists.runs(caller.company_id, 50)]


@router.post(
    "/charge-runs",
    status_code=201,
    response_model=RunOut,
    responses=responses(401, 403, 409, 422),
)
async def start_run(
    wish: RunIn, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Begin to charge; the same key is the same run, however often it is sent."""

    async def act() -> dict[str, Any]:
        command = StartChargeRun(
            company_id=caller.company_id,
            run_id=id_from("run", caller.company_id, key),
            invoice_ids=tuple(wish.invoice_ids) if wish.invoice_ids else None,
            due_by=wish.due_by,
            started_by=name_of(caller),
        )
        run = await start_charge_run(command, books=parts.books, clock=parts.clock)
        return RunOut.of(run).model_dump(mode="json")

    answer = await once(
        parts,
        company_id=caller.company_id,
        key=key,
        meaning=["charge-run", wish.model_dump(mode="json")],
        act=act,
    )
    parts.runs_bell.ring()
    return answer


@router.get("/charge-runs/{run_id}", responses=responses(401, 403, 404, 422))
async def read_run(
    *,
    run_id: str,
    caller: Reading,
    parts: UsedParts,
    state: Annotated[str, Query(pattern="^(waiting|charged|processing|failed)?$")] = "",
    after: int = -1,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> RunPageOut:
    """A run and its invoices in their order."""
    run = await parts.lists.run(caller.company_id, run_id)
    items = await parts.lists.run_items(run_id, state=state, after=after, limit=limit)
    shown = [ItemOut.of(item) for item in items]
    return RunPageOut(**RunOut.of(run).model_dump(), items=shown)


@router.post("/charge-runs/{run_id}/pause", responses=responses(401, 403, 404, 409))
async def pause(run_id: str, caller: Billing, parts: UsedParts) -> RunOut:
    """Stop between two invoices; what is being charged is finished."""
    return await _step(parts, caller.company_id, run_id, "pause")


@router.post("/charge-runs/{run_id}/resume", responses=responses(401, 403, 404, 409))
async def resume(run_id: str, caller: Billing, parts: UsedParts) -> RunOut:
    """Go on."""
    return await _step(parts, caller.company_id, run_id, "resume")


@router.post(
    "/charge-runs/{run_id}/retry",
    response_model=RunOut,
    responses=responses(401, 403, 404, 409, 422),
)
async def retry(
    run_id: str, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Try the failed ones once more, as new payments, and no other."""

    async def act() -> dict[str, Any]:
        run = await change_charge_run(
            company_id=caller.company_id, run_id=run_id, step="retry", books=parts.books
        )
        return RunOut.of(run).model_dump(mode="json")

    answer = await once(
        parts,
        company_id=caller.company_id,
        key=key,
        meaning=["retry-run", run_id],
        act=act,
        status=200,
    )
    parts.runs_bell.ring()
    return answer


async def _step(parts: UsedParts, company_id: str, run_id: str, step: Step) -> RunOut:
    run = await change_charge_run(
        company_id=company_id, run_id=run_id, step=step, books=parts.books
    )
    parts.runs_bell.ring()
    return RunOut.of(run)


def _chargeable(one: Planned) -> ChargeableOut:
    row = one.row
    return ChargeableOut(
        invoice_id=row.invoice_id,
        number=row.number,
        account_id=row.account_id,
        account_name=row.account_name,
        site_line=row.site_line,
        balance_cents=row.balance_cents,
        currency=row.currency,
        issued_on=row.issued_on,
        due_on=row.due_on,
        charged_to=one.method.label if one.method else "",
        left_out=one.why,
        tried=one.tried,
    )
