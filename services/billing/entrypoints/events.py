"""Which facts of the others billing listens to, and what it does with them."""

from services.billing.entrypoints.parts import Parts
from services.billing.usecases.follow_account import follow_account
from services.billing.usecases.follow_company import follow_company
from services.billing.usecases.follow_inspection import follow_inspection
from shared.contracts.portal import ViewRebuildRequestedV1
from shared.contracts.scheduling import (
    CompanyChangedV1,
    InspectionCancelledV1,
    InspectionEvent,
    InspectionPeopleChangedV1,
    InspectionPolicyChangedV1,
    InspectionPublishedV1,
    InspectionRescheduledV1,
    InspectionScheduledV1,
    InspectionServicesChangedV1,
)
from shared.contracts.scheduling_accounts import CustomerAccountChangedV1
from shared.messaging.subscription import Delivery, PermanentError, Subscription, one_by_one
from shared.mongo import Session


class Listener:
    """Handlers: each runs inside the transaction that also notes the event as handled."""

    def __init__(self, parts: Parts) -> None:
        """`parts` give the books and the clock."""
        self._parts = parts

    async def inspection(self, delivery: Delivery, session: Session) -> None:
        """Any news of an inspection carries its whole state."""
        event = delivery.event
        if not isinstance(event, InspectionEvent) or not event.inspection.people:
            raise PermanentError("an inspection without people has nobody to bill")
        await follow_inspection(
            self._parts.books.within(session),
            company_id=event.company_id,
            inspection=event.inspection,
            now=self._parts.clock(),
            new_id=self._parts.new_id,
        )

    async def company(self, delivery: Delivery, session: Session) -> None:
        """Letterhead and policy."""
        event = delivery.event
        if not isinstance(event, CompanyChangedV1):
            raise PermanentError(f"{event.name} carries no company")
        await follow_company(
            self._parts.books.within(session),
            told=event.company,
            own_accounts=self._parts.own_accounts,
        )

    async def account(self, delivery: Delivery, session: Session) -> None:
        """Who an account customer is."""
        event = delivery.event
        if not isinstance(event, CustomerAccountChangedV1):
            raise PermanentError(f"{event.name} carries no account")
        books = self._parts.books.within(session)
        await follow_account(books, company_id=event.company_id, told=event.account)

    async def rebuild(self, delivery: Delivery, session: Session) -> None:
        """Only noted here; a loop tells everything again."""
        event = delivery.event
        if not isinstance(event, ViewRebuildRequestedV1):
            raise PermanentError(f"{event.name} is no rebuild")
        await self._parts.rebuilds.note(event.company_id, event.rebuild_id, session)


def subscription(parts: Parts) -> Subscription:
    """The table: fact -> handler."""
    listener = Listener(parts)
    return one_by_one(
        {
            InspectionScheduledV1: listener.inspection,
            InspectionRescheduledV1: listener.inspection,
            InspectionServicesChangedV1: listener.inspection,
            InspectionPeopleChangedV1: listener.inspection,
            InspectionPublishedV1: listener.inspection,
            InspectionPolicyChangedV1: listener.inspection,
            InspectionCancelledV1: listener.inspection,
            CompanyChangedV1: listener.company,
            CustomerAccountChangedV1: listener.account,
            ViewRebuildRequestedV1: listener.rebuild,
        }
    )
