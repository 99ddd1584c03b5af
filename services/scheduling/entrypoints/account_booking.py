"""Booking for an account customer: one of its sites is an inspection, several are an order."""

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.refusals import UnknownError
from services.scheduling.entrypoints.booking_form import instant
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import STAFF_PATH
from services.scheduling.entrypoints.parts import Parts
from services.scheduling.usecases._booking import NewLine
from services.scheduling.usecases.order_inspections import OrderInspections, order_inspections
from services.scheduling.usecases.schedule_inspection import (
    ScheduleInspection,
    schedule_inspection,
)
from shared.idempotency import Answer
from shared.ui import Form


def account_booking(
    form: Form,
    account: CustomerAccount,
    *,
    inspectors: list[str],
    zones: list[str],
    locked: bool,
) -> OrderInspections | None:
    """Return what was typed as an order, also for one site; or None with the errors in the form."""
    sites = tuple(form.values("site"))
    if not sites:
        form.refuse("site", "Choose at least one site")
    time_zone = form.choice("time_zone", zones, "Choose the property's time zone")
    starts_at = instant(form, time_zone) if time_zone else None
    inspector = form.choice("inspector", inspectors, "Choose an inspector")
    duration = form.whole("duration_minutes", "Choose how long it takes", minimum=15, maximum=1440)
    services = tuple(form.values("service"))
    if not services:
        form.refuse("service", "Choose at least one service")
    if not form.ok or starts_at is None:
        return None
    return OrderInspections(
        company_id=account.company_id,
        account_id=account.account_id,
        site_ids=sites,
        service_ids=services,
        starts_at=starts_at,
        duration_minutes=duration,
        time_zone=time_zone,
        inspector_id=inspector,
        require_payment=None if locked else form.has("require_payment"),
        notifications_disabled=form.has("quiet"),
    )


async def booked(parts: Parts, key: str, order: OrderInspections) -> str:
    """Book it once for this key, and return the page to go to."""
    wish = Wish(company_id=order.company_id, key=key, meaning=["account booking", vars(order)])
    if len(order.site_ids) == 1:
        single = _single(order)
        known = await once(
            parts,
            wish,
            lambda office: schedule_inspection(
                single, office=office, secrets=parts.secrets, now=parts.now()
            ),
            lambda one: Answer(201, {"page": f"{STAFF_PATH}/inspections/{one.inspection_id}"}),
        )
        return str(known.body["page"])
    known = await once(
        parts,
        wish,
        lambda office: order_inspections(
            order, office=office, secrets=parts.secrets, now=parts.now()
        ),
        lambda inspections: Answer(201, {"page": _order_page(inspections[0])}),
    )
    return str(known.body["page"])


def _single(order: OrderInspections) -> ScheduleInspection:
    return ScheduleInspection(
        company_id=order.company_id,
        account_id=order.account_id,
        site_id=order.site_ids[0],
        starts_at=order.starts_at,
        duration_minutes=order.duration_minutes,
        time_zone=order.time_zone,
        inspector_id=order.inspector_id,
        people=(),
        lines=tuple(NewLine(kind="service", service_id=key) for key in order.service_ids),
        require_payment=order.require_payment,
        notifications_disabled=order.notifications_disabled,
    )


def _order_page(inspection: Inspection) -> str:
    if inspection.account is None or inspection.order is None:
        raise UnknownError(what="order")
    account_id, order_id = inspection.account.account_id, inspection.order.order_id
    return f"{STAFF_PATH}/accounts/{account_id}?ordered={order_id}"
