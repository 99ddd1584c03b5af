"""The portal: every page a client or payer sees. Run `python -m services.portal.main`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI

from services.portal.adapters import (
    mongo_checkouts,
    mongo_links,
    mongo_signatures,
    mongo_views,
)
from services.portal.adapters.billing_http import BillingHttp
from services.portal.adapters.files_http import FilesHttp
from services.portal.adapters.link_randomness import system_randomness
from services.portal.config import PortalConfig
from services.portal.entrypoints import (
    agreement_pages,
    client_pages,
    deferral_pages,
    documents,
    invitation_pages,
    link_problems,
    links,
    payer_pages,
    payments,
    staff,
)
from services.portal.entrypoints.events import subscription
from services.portal.entrypoints.look import town
from services.portal.entrypoints.misses import Misses
from services.portal.entrypoints.operator import operate
from services.portal.entrypoints.wiring import Wiring
from services.portal.usecases.rebuild_view import rebuild_view
from shared.identity import KeyRing
from shared.messaging.outbox import Outbox
from shared.mongo import Store
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
)


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
        randomness=system_randomness(),
        clock=lambda: datetime.now(UTC),
        misses=Misses(config.link_misses_per_minute),
    )


def build(config: PortalConfig, wiring: Wiring, runtime: Runtime) -> FastAPI:
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
    )
    app.state.wiring = wiring
    link_problems.install(app)
    return app


def app(config: PortalConfig) -> FastAPI:
    """The application as it runs."""
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    runtime = Runtime(
        service=SERVICE,
        store=store,
        rabbit_url=config.rabbit_url.get_secret_value(),
        subscription=subscription(lambda session: mongo_views.MongoProjections(store, session)),
        collections=COLLECTIONS,
    )
    return build(config, wire(config, store), runtime)


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
