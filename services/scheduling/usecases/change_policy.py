"""The company's payment settings: collect after publish, deferred payment, who takes payments."""

from dataclasses import dataclass

from services.scheduling.domain.company import Company
from services.scheduling.domain.payment_policy import PaymentsProvider
from services.scheduling.domain.refusals import ChangedMeanwhileError
from services.scheduling.usecases._facts import about_company
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class ChangePolicy:
    """Settings to change; None leaves one as it is."""

    company_id: str
    payments_provider: PaymentsProvider | None = None
    collect_payment_after_publish: bool | None = None
    allow_deferred_payment: bool | None = None
    revision: int | None = None


async def change_policy(command: ChangePolicy, *, office: Office) -> Company:
    """Change the settings for inspections scheduled from now on (R3, R4, C3).

    Raises the refusals of R7, R16, C5 and C6, each with its own code and sentence.
    """

    async def work(desk: Desk) -> Company:
        before = await desk.company(command.company_id)
        if command.revision not in (None, before.revision):
            raise ChangedMeanwhileError(revision=before.revision)
        policy = before.policy.changed(
            payments_provider=command.payments_provider,
            collect_payment_after_publish=command.collect_payment_after_publish,
            allow_deferred_payment=command.allow_deferred_payment,
            open_third_party_invoices=await desk.open_third_party_invoices(command.company_id),
        )
        after = before.with_policy(policy)
        if after != before:
            await desk.write(after, before=before, events=[about_company(after)])
        return after

    return await office.transaction(work)
