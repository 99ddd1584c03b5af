"""The same job once more, at another time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.scheduling.domain.company import Company
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.jobs import AccountRef
from services.scheduling.domain.payment_policy import release_policy_for
from services.scheduling.usecases._booking import book, number_for
from services.scheduling.usecases.ports import Desk, Office, Secrets


@dataclass(frozen=True, kw_only=True)
class DuplicateInspection:
    """Which one, and when the new one begins."""

    company_id: str
    inspection_id: str
    starts_at: datetime


async def duplicate_inspection(
    command: DuplicateInspection, *, office: Office, secrets: Secrets, now: datetime
) -> Inspection:
    """Book a copy with its own number, lines, agreement and a policy snapshot of today (C3).

    For an account customer it stands alone, under the terms of today: it joins no order.
    """

    async def work(desk: Desk) -> Inspection:
        original = await desk.inspection(command.company_id, command.inspection_id)
        company = await desk.company(command.company_id)
        snapshot = release_policy_for(company.policy, require_payment=_choice(original, company))
        account = await _account(desk, original)
        copy = replace(
            original,
            inspection_id=secrets.new_id(),
            number=await number_for(desk, company),
            status="scheduled",
            starts_at=command.starts_at.astimezone(UTC).replace(second=0, microsecond=0),
            lines=tuple(replace(line, line_id=secrets.new_id()) for line in original.lines),
            policy=snapshot,
            agreement_id=None,
            reports=(),
            scheduled_at=now,
            published_at=None,
            cancelled_at=None,
            account=account,
            order=None,
            recurring_id=None,
            recurring_on=None,
            revision=1,
        )
        return await book(desk, company, copy, new_id=secrets.new_id, now=now)

    return await office.transaction(work)


async def _account(desk: Desk, original: Inspection) -> AccountRef | None:
    if original.account is None:
        return None
    account = await desk.account(original.company_id, original.account.account_id)
    account.must_be_active()
    return account.ref


def _choice(original: Inspection, company: Company) -> bool | None:
    """Keep what staff chose, unless today's policy decides for them."""
    if company.policy.collect_payment_after_publish or original.policy.require_payment:
        return None
    return False
