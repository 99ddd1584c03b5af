"""One charge run while it runs and afterwards: progress, reasons, pause, retry (R85)."""

from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.charge_run import ChargeRun, ItemState, RunStatus
from services.billing.entrypoints.api_reports import refuse_inspectors
from services.billing.entrypoints.charge_pages import PAGE, RUN
from services.billing.entrypoints.frame import Biller, Reader, brand_of
from services.billing.entrypoints.once import once
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.change_charge_run import change_charge_run
from shared.identity import Permission
from shared.problems import ConflictError
from shared.ui import Form
from shared.webapp import page

router = APIRouter(include_in_schema=False)
RUN_WORDS = {
    RunStatus.RUNNING: "Running",
    RunStatus.PAUSED: "Paused",
    RunStatus.FINISHED: "Done",
}
ITEM_WORDS = {
    ItemState.WAITING: "Waiting",
    ItemState.CHARGED: "Paid",
    ItemState.PROCESSING: "Processing",
    ItemState.FAILED: "Failed",
}
_ITEMS_SHOWN = 100
_KEY_MAX = 100


@router.get(RUN)
async def run_page(
    *,
    request: Request,
    run_id: str,
    staff: Reader,
    parts: UsedParts,
    state: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[int, Query(ge=-1, le=100_000)] = -1,
) -> HTMLResponse:
    """How far it has come; while it runs the page follows by itself."""
    refuse_inspectors(staff)
    run = await parts.lists.run(staff.company_id, run_id)
    company = await parts.lists.company(staff.company_id)
    state = state if state in set(ItemState) else ""
    items = await parts.lists.run_items(run_id, state=state, after=after, limit=_ITEMS_SHOWN + 1)
    more, items = len(items) > _ITEMS_SHOWN, items[:_ITEMS_SHOWN]
    here = RUN.format(run_id=run_id)
    query = f"{here}?state={state}" if state else here
    cursor = f"{'&' if state else '?'}after={items[-1].position}" if more else ""
    return page(
        request,
        "charge_run.html",
        brand=brand_of(company),
        run=run,
        word=RUN_WORDS[run.status],
        items=[(item, ITEM_WORDS[item.state]) for item in items],
        filters=_filters(run, here),
        state=state,
        live=run.status is RunStatus.RUNNING,
        currency=run.currency,
        zone=company.time_zone if company else "UTC",
        may_bill=staff.may(Permission.BILL),
        key=uuid4().hex,
        here=here,
        self_url=f"{here}?{request.url.query}" if request.url.query else here,
        first_url=query if after >= 0 else "",
        next_url=f"{query}{cursor}" if more else "",
        refused=request.query_params.get("done") == "too-late",
        list_url=PAGE,
    )


@router.post(RUN + "/{step}")
async def change_run(
    request: Request,
    run_id: str,
    step: Literal["pause", "resume", "retry"],
    staff: Biller,
    parts: UsedParts,
) -> Response:
    """Pause between two invoices, go on, or try the failed ones once more as new payments."""
    form = Form.posted((await request.form()).multi_items())
    here = RUN.format(run_id=run_id)

    async def act() -> dict[str, Any]:
        run = await change_charge_run(
            company_id=staff.company_id, run_id=run_id, step=step, books=parts.books
        )
        return {"run_id": run.run_id}

    try:
        if step == "retry":
            await once(
                parts,
                company_id=staff.company_id,
                key=form.value("idempotency_key")[:_KEY_MAX] or uuid4().hex,
                meaning=["retry-run", run_id],
                act=act,
                status=200,
            )
        else:
            await act()
    except ConflictError:
        return RedirectResponse(f"{here}?done=too-late", 303)
    parts.runs_bell.ring()
    return RedirectResponse(here, 303)


def _filters(run: ChargeRun, here: str) -> list[tuple[str, str, str, object]]:
    return [
        ("", "All", here, run.invoice_count),
        ("waiting", "Waiting", f"{here}?state=waiting", run.left_count or ""),
        ("charged", "Paid", f"{here}?state=charged", ""),
        ("processing", "Processing", f"{here}?state=processing", ""),
        ("failed", "Failed", f"{here}?state=failed", run.failed_count or ""),
    ]
