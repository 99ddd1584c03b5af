"""Everything one piece of work writes, in one transaction or in none."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from services.notifications.adapters import (
    mongo_automations,
    mongo_calendars,
    mongo_feed,
    mongo_figures,
    mongo_mails,
    mongo_reminders,
    mongo_staff,
    mongo_texts,
    mongo_views,
)
from services.notifications.adapters.mongo_automations import MongoAutomations
from services.notifications.adapters.mongo_calendars import MongoCalendarFeeds
from services.notifications.adapters.mongo_feed import MongoFeed
from services.notifications.adapters.mongo_mails import MongoMails
from services.notifications.adapters.mongo_reminders import MongoReminders
from services.notifications.adapters.mongo_staff import MongoAlertChoices, MongoStaffPreferences
from services.notifications.adapters.mongo_texts import MongoTexts
from services.notifications.adapters.mongo_views import MongoViews
from services.notifications.usecases.ports import Desk
from shared.contracts.event import Event
from shared.messaging.outbox import Outbox
from shared.mongo import Session, Store

T = TypeVar("T")
COLLECTIONS = (
    *mongo_views.COLLECTIONS,
    *mongo_mails.COLLECTIONS,
    *mongo_feed.COLLECTIONS,
    *mongo_texts.COLLECTIONS,
    *mongo_automations.COLLECTIONS,
    *mongo_staff.COLLECTIONS,
    *mongo_reminders.COLLECTIONS,
    *mongo_calendars.COLLECTIONS,
    *mongo_figures.COLLECTIONS,
)


class MongoDesk:
    """The stores of one transaction, or of none."""

    def __init__(self, store: Store, outbox: Outbox, session: Session | None) -> None:
        """Without a session nothing can be told: there is no commit to leave with."""
        self.views = MongoViews(store, session)
        self.mails = MongoMails(store, session)
        self.feed = MongoFeed(store, session)
        self.texts = MongoTexts(store, session)
        self.alert_choices = MongoAlertChoices(store, session)
        self.preferences = MongoStaffPreferences(store, session)
        self.calendars = MongoCalendarFeeds(store, session)
        self.reminders = MongoReminders(store, session)
        self.automations = MongoAutomations(store, session)
        self._outbox = outbox
        self._session = session

    async def tell(self, events: Sequence[Event]) -> None:
        if events and self._session is None:
            raise RuntimeError("facts are told inside a transaction")
        await self._outbox.add(events, self._session)


class MongoDesks:
    """Hands out desks."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        """The service's store and outbox."""
        self._store = store
        self._outbox = outbox
        self.reading: Desk = MongoDesk(store, outbox, None)

    def within(self, session: Session) -> Desk:
        """A desk inside a transaction somebody else began."""
        return MongoDesk(self._store, self._outbox, session)

    async def together(self, work: Callable[[Desk], Awaitable[T]]) -> T:
        return await self._store.transaction(lambda session: work(self.within(session)))
