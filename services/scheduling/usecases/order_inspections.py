"""One order over several sites of an account: an inspection per site, all or none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.catalogue import Service
from services.scheduling.domain.company import Company, refuse_unknown_zone
from services.scheduling.domain.inspection import (
    DURATION_MINUTES_MAX,
    Inspection,
    refuse_duration,
)
from services.scheduling.domain.jobs import OrderRef
from services.scheduling.domain.lines import checked as checked_lines
from services.scheduling.domain.payment_policy import release_policy_for
from services.scheduling.domain.refusals import BadFieldError, SiteTwiceError, TooManySitesError
from services.scheduling.domain.staff import StaffMember
from services.scheduling.usecases._booking import book_all, client_for, numbers_for
from services.scheduling.usecases.ports import Desk, Office, Secrets
from services.scheduling.usecases.schedule_inspection import to_the_minute

ORDER_SITES_MAX = 200


@dataclass(frozen=True, kw_only=True)
class OrderInspections:
    """Where, what and when. Without a length the services say how long it takes at each site."""

    company_id: str
    account_id: str
    site_ids: tuple[str, ...]
    service_ids: tuple[str, ...]
    starts_at: datetime
    duration_minutes: int | None = None
    time_zone: str | None = None
    inspector_id: str
    require_payment: bool | None = None
    notifications_disabled: bool = False


@dataclass(frozen=True, kw_only=True)
class _Facts:
    company: Company
    account: CustomerAccount
    inspector: StaffMember
    services: Sequence[Service]
    order: OrderRef


async def order_inspections(
    command: OrderInspections, *, office: Office, secrets: Secrets, now: datetime
) -> list[Inspection]:
    """Book them in one transaction, at most 200, under one order number without gaps.

    Raises SiteTwiceError, TooManySitesError, UnknownError for a site of another account, and
    AccountInactiveError.
    """
    _refuse_impossible(command)

    async def work(desk: Desk) -> list[Inspection]:
        company = await desk.company(command.company_id)
        account = await desk.account(command.company_id, command.account_id)
        account.must_be_active()
        for site_id in command.site_ids:
            account.site(site_id)
        inspector = await desk.staff_member(command.company_id, command.inspector_id)
        services = [await desk.service(command.company_id, key) for key in command.service_ids]
        order = OrderRef(
            order_id=secrets.new_id(),
            number=f"{company.number_prefix}-O-{await desk.next_order_number(company.company_id)}",
            site_count=len(command.site_ids),
        )
        facts = _Facts(
            company=company, account=account, inspector=inspector, services=services, order=order
        )
        numbers = await numbers_for(desk, company, len(command.site_ids))
        inspections = [
            _inspection(command, facts, site_id, number, secrets=secrets, now=now)
            for site_id, number in zip(command.site_ids, numbers, strict=True)
        ]
        return await book_all(desk, company, inspections, new_id=secrets.new_id, now=now)

    return await office.transaction(work)


def _inspection(
    command: OrderInspections,
    facts: _Facts,
    site_id: str,
    number: str,
    *,
    secrets: Secrets,
    now: datetime,
) -> Inspection:
    minutes = command.duration_minutes or sum(s.duration_minutes for s in facts.services)
    lines = [service.line(secrets.new_id()) for service in facts.services]
    return Inspection(
        inspection_id=secrets.new_id(),
        company_id=command.company_id,
        number=number,
        site=facts.account.site(site_id),
        starts_at=to_the_minute(command.starts_at),
        duration_minutes=min(minutes, DURATION_MINUTES_MAX),
        time_zone=command.time_zone or facts.company.time_zone,
        inspector=facts.inspector.inspector,
        people=(client_for(facts.account),),
        lines=checked_lines(lines),
        currency=facts.company.currency,
        policy=release_policy_for(facts.company.policy, require_payment=command.require_payment),
        notifications_disabled=command.notifications_disabled,
        scheduled_at=now,
        account=facts.account.ref,
        order=facts.order,
    )


def _refuse_impossible(command: OrderInspections) -> None:
    _refuse_sites(command.site_ids)
    if not command.service_ids:
        raise BadFieldError("Choose at least one service", field="service_ids")
    if command.duration_minutes is not None:
        refuse_duration(command.duration_minutes)
    if command.time_zone is not None:
        refuse_unknown_zone(command.time_zone)
    if command.starts_at.tzinfo is None:
        raise BadFieldError("The start needs a time zone", field="starts_at")


def _refuse_sites(site_ids: Sequence[str]) -> None:
    if not site_ids:
        raise BadFieldError("Choose at least one site", field="site_ids")
    if len(site_ids) > ORDER_SITES_MAX:
        raise TooManySitesError(field="site_ids")
    twice = [site for site, count in Counter(site_ids).items() if count > 1]
    if twice:
        raise SiteTwiceError(field="site_ids", site_id=twice[0])
