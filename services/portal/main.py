"""The portal: every page a client or payer sees. Run `python -m services.portal.main`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI

from services.portal.adapters import (
    mongo_account_rows,
    mongo_begun_payments,
    mongo_checkouts,
    mongo_links,
    mongo_portal_settings,
    mongo_sign_ins,
    mongo_signatures,
    mongo_tickets,
    mongo_views,
)
from services.portal.adapters.account_billing_http import AccountBillingHttp
from services.portal.adapters.account_files_http import AccountFilesHttp
from services.portal.adapters.account_profile_http import AccountProfileHttp
from services.portal.adapters.billing_http import BillingHttp
from services.portal.adapters.calendars_http import CalendarsHttp
from services.portal.adapters.files_http import FilesHttp
from services.portal.adapters.link_randomness import system_randomness
from services.portal.adapters.mongo_account_services import MongoServices
from services.portal.adapters.mongo_accounts import MongoAccounts
from services.portal.adapters.mongo_team import MongoTeam
from services.portal.config import PortalConfig
from services.portal.entrypoints import (
    account_calendar,
    account_methods,
    account_pages,
    account_papers,
    account_pay,
    account_payments,
    account_prepayments,
    account_problems,
    account_profile,
    account_services,
    account_sign_in,
    account_tickets,
    agreement_pages,
    client_pages,
    deferral_pages,
    documents,
    inbound_mail,
    invitation_pages,
    link_api,
    link_pages,
    link_problems,
    links,
    payer_pages,
    payments,
    settings_api,
    settings_pages,
    staff,
    ticket_api,
    ticket_inbox,
)
from services.portal.entrypoints.account_wiring import AccountWiring
from services.portal.entrypoints.events import subscription
from services.portal.entrypoints.look import town
from services.portal.entrypoints.misses import Misses
from services.portal.entrypoints.operator import operate
from services.portal.entrypoints.wiring import Wiring
from services.portal.usecases.rebuild_view import rebuild_view
from shared.identity import KeyRing
from shared.messaging.outbox import Outbox
from shared.messaging.subscription import Subscription
from shared.mongo import Store
from shared.operator_pages import Extras
from shared.runtime import Runtime
from shared.service_client import ServiceClient
from shared.ui import environment
from shared.webapp import create_app, serve

SERVICE = "portal"
TEMPLATES = Path(__file__).parent / "entrypoints" / "templates"
COLLECTIONS = (
    *mongo_views.COLLECTIONS,
    *mongo_links.COLLECTIONS,
    *mongo_signatures.COLLECTIONS,
    *mongo_checkouts.COLLECTIONS,
    *mongo_account_rows.COLLECTIONS,
    *mongo_sign_ins.COLLECTIONS,
    *mongo_begun_payments.COLLECTIONS,
    *mongo_portal_settings.COLLECTIONS,
    *mongo_tickets.COLLECTIONS,
)
ROUTERS = (
    links.router,
    client_pages.router,
    payer_pages.router,
    payments.clients,
    payments.payers,
    agreement_pages.router,
    deferral_pages.router,
    invitation_pages.router,
    documents.clients,
    documents.payers,
    staff.router,
    link_pages.router,
    link_api.router,
    account_sign_in.router,
    account_pages.router,
    account_pay.router,
    account_payments.router,
    account_papers.router,
    account_methods.router,
    account_prepayments.router,
    account_profile.router,
    account_services.router,
    account_calendar.router,
    account_tickets.router,
    settings_pages.router,
    settings_api.router,
    ticket_inbox.router,
    ticket_api.router,
    inbound_mail.router,
)
CHARGING_SECONDS = 30.0
"""How long a method on file may take to be charged; the customer's browser waits for it."""


def wire(config: PortalConfig, store: Store) -> Wiring:
    """Every port with its real adapter."""
    keyring = KeyRing.from_config(config)
    outbox = Outbox(store, SERVICE)
    billing = ServiceClient(config.billing_url, "billing", keyring)
    scheduling = ServiceClient(config.scheduling_url, "scheduling", keyring)
    return Wiring(
        views=mongo_views.MongoViews(store),
        links=mongo_links.MongoLinks(store, outbox),
        signatures=mongo_signatures.MongoSignatures(store, outbox),
        checkouts=mongo_checkouts.MongoCheckouts(store),
        billing=BillingHttp(billing),
        files=FilesHttp(billing, scheduling),
        calendars=CalendarsHttp(ServiceClient(config.notifications_url, "notifications", keyring)),
        randomness=system_randomness(),
        clock=lambda: datetime.now(UTC),
        misses=Misses(config.link_misses_per_minute),
        customers=AccountWiring(
            accounts=MongoAccounts(store),
            services=MongoServices(store),
            sign_ins=mongo_sign_ins.MongoSignIns(store, outbox),
            settings=mongo_portal_settings.MongoPortalSettings(store, outbox),
            billing=AccountBillingHttp(
                ServiceClient(config.billing_url, "billing", keyring, timeout=CHARGING_SECONDS)
            ),
            begun=mongo_begun_payments.MongoBegunPayments(store),
            files=AccountFilesHttp(billing, scheduling),
            profiles=AccountProfileHttp(scheduling),
            tickets=mongo_tickets.MongoTickets(store, outbox),
            team=MongoTeam(store),
        ),
    )


def build(
    config: PortalConfig, wiring: Wiring, runtime: Runtime, operator: Extras | None = None
) -> FastAPI:
    """The application around a wiring; tests give their own."""
    pages = environment(TEMPLATES)
    pages.globals["town"] = town
    app = create_app(
        runtime=runtime,
        config=config,
        routers=ROUTERS,
        title="Doorstep portal",
        pages=pages,
        form_action=f"{config.checkout_origins} {config.public_url}",
        body_limits=inbound_mail.BODY_LIMITS,
        operator=operator,
    )
    app.state.wiring = wiring
    link_problems.install(app)
    account_problems.install(app)
    return app


def app(config: PortalConfig) -> FastAPI:
    """The application as it runs."""
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    runtime = Runtime(
        service=SERVICE,
        store=store,
        rabbit_url=config.rabbit_url.get_secret_value(),
        subscription=projector(store),
        collections=COLLECTIONS,
    )
    return build(config, wire(config, store), runtime, Extras(rebuild=lambda: rebuild(config)))


def projector(store: Store) -> Subscription:
    """The read model as the bus writes it."""
    return subscription(
        lambda session: mongo_views.MongoProjections(store, session),
        lambda session: mongo_account_rows.MongoRowProjections(store, session),
        lambda session: mongo_sign_ins.MongoSignInEnding(store, session),
    )


async def rebuild(config: PortalConfig) -> int:
    """Empty the read model and ask its owners for it."""
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    try:
        return await rebuild_view(
            uuid4().hex, mongo_views.MongoRebuilding(store, Outbox(store, SERVICE))
        )
    finally:
        await store.close()


def main() -> None:
    """Serve until told to stop; with an operator's command, do that instead."""
    config = PortalConfig.load()
    if sys.argv[1:]:
        operate(sys.argv[1:], rebuild=lambda: rebuild(config))
        return
    serve(lambda: app(config), config, SERVICE)


if __name__ == "__main__":
    main()
