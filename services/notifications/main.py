"""Where notifications is put together."""

import sys
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path

import jinja2
from fastapi import FastAPI
from markupsafe import Markup, escape

from services.notifications.adapters.calendar_files import ICalendarFiles
from services.notifications.adapters.feed_waker import FeedWaker
from services.notifications.adapters.jinja_typesetter import JinjaTypesetter
from services.notifications.adapters.mongo_desk import COLLECTIONS, MongoDesks
from services.notifications.adapters.mongo_figures import MongoFigures
from services.notifications.adapters.portal_links import PortalLinks
from services.notifications.adapters.smtp_post import SmtpPost, SmtpServer
from services.notifications.adapters.unrouted_queue import UnroutedQueue
from services.notifications.config import NotificationsConfig
from services.notifications.entrypoints.clockwork import Clockwork
from services.notifications.entrypoints.events import subscription
from services.notifications.entrypoints.leaving import StreamsFirst
from services.notifications.entrypoints.office import Office, furnish
from services.notifications.entrypoints.operator import operate
from services.notifications.entrypoints.routers import ROUTERS
from services.notifications.entrypoints.sending import Senders
from services.notifications.entrypoints.unrouted import UnroutedAlarm
from services.notifications.usecases.remind import remind
from services.notifications.usecases.send_claimed_mail import PostOffice
from shared import ui
from shared.identity import KeyRing
from shared.messaging.outbox import Outbox
from shared.mongo import Store
from shared.operator_pages import Extras
from shared.runtime import Runtime
from shared.service_client import ServiceClient
from shared.webapp import create_app, serve

SERVICE = "notifications"
TEMPLATES = Path(__file__).parent / "entrypoints" / "templates"


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


def templates() -> jinja2.Environment:
    """Pages and mails."""
    environment = ui.environment(TEMPLATES)
    environment.filters["lines"] = lambda text: Markup("<br>").join(escape(text).split("\n"))
    return environment


def smtp_server(config: NotificationsConfig) -> SmtpServer:
    """The mail server of the settings."""
    return SmtpServer(
        host=config.smtp_host,
        port=config.smtp_port,
        mail_from=parseaddr(config.mail_from)[1],
        username=config.smtp_username,
        password=config.smtp_password.get_secret_value(),
        starttls=config.smtp_starttls,
    )


def create(config: NotificationsConfig) -> FastAPI:
    """The whole service, not yet started."""
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    rabbit_url = config.rabbit_url.get_secret_value()
    desks = MongoDesks(store, Outbox(store, SERVICE))
    pages = templates()
    portal = ServiceClient(config.portal_url, "portal", KeyRing.from_config(config))
    office = PostOffice(
        desks=desks,
        links=PortalLinks(portal),
        typesetter=JinjaTypesetter(pages),
        calendars=ICalendarFiles(),
        post=SmtpPost(smtp_server(config), clock),
        public_url=config.public_url,
        clock=clock,
    )
    waker = FeedWaker(store)
    runtime = Runtime(
        service=SERVICE,
        store=store,
        rabbit_url=rabbit_url,
        subscription=subscription(desks, clock),
        collections=COLLECTIONS,
        background=(
            Senders(office, workers=config.mail_workers).run,
            waker.run,
            StreamsFirst(waker).run,
            Clockwork(desks, clock).run,
            UnroutedAlarm(UnroutedQueue(rabbit_url), desks, clock).run,
        ),
    )
    app = create_app(
        runtime=runtime,
        config=config,
        routers=ROUTERS,
        title="Doorstep notifications",
        pages=pages,
        operator=Extras(watches_unrouted=True),
    )
    return furnish(app, Office(post=office, figures=MongoFigures(store), waker=waker))


async def remind_at(config: NotificationsConfig, at: datetime, company_id: str) -> int:
    """One round of reminders for one company, as if it were `at`; the operator's command."""
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    try:
        desks = MongoDesks(store, Outbox(store, SERVICE))
        return await remind(desks=desks, at=at, now=clock(), company_id=company_id)
    finally:
        await store.close()


def main() -> None:
    """Serve until told to stop; with an operator's command, do that instead."""
    config = NotificationsConfig.load()
    if sys.argv[1:]:
        operate(sys.argv[1:], remind_at)
        return
    serve(lambda: create(config), config, SERVICE)


if __name__ == "__main__":
    main()
