"""`Require payment to release report(s)` of one inspection."""

from dataclasses import dataclass

from services.scheduling.domain.inspection import Inspection
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases.ports import Desk, Office
from shared.contracts.scheduling import InspectionPolicyChangedV1


@dataclass(frozen=True, kw_only=True)
class ChangeReleasePolicy:
    """Whether the report waits for payment."""

    company_id: str
    inspection_id: str
    require_payment: bool
    revision: int | None = None


async def change_release_policy(command: ChangeReleasePolicy, *, office: Office) -> Inspection:
    """Change it. Raises RequirePaymentLockedError while collect after publish locks it (R6)."""

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        after = before.with_release(before.policy.requiring(payment=command.require_payment))
        if after != before:
            told = about_inspection(InspectionPolicyChangedV1, after)
            await desk.write(after, before=before, events=[told])
        return after

    return await office.transaction(work)
