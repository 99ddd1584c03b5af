"""Where events go: the endpoint of the environment, and those registered through the API."""

import stripe

from deploy.sandbox.state.idents import new_id
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json
from deploy.sandbox.state.world import World
from deploy.sandbox.webhooks.queue import ENV_ENDPOINT


def register_environment_endpoint(world: World) -> None:
    """Make the environment's endpoint what the settings say now, or none at all."""
    books = Scope(world, "")
    if not world.settings.webhook_url:
        world.store.remove("", ENV_ENDPOINT)
        return
    endpoint = _endpoint(books, world.settings.webhook_url, ["*"], id=ENV_ENDPOINT)
    books.save(endpoint, {"secret": world.settings.webhook_secret, "sides": "both"})


def register(
    scope: Scope, url: str, events: list[str], *, connect: bool, description: str | None
) -> Json:
    """Add an endpoint; the answer of this one call shows its signing secret."""
    secret = new_id("whsec")
    endpoint = _endpoint(scope, url, events, description=description)
    scope.save(endpoint, {"secret": secret, "sides": "connected" if connect else "own"})
    return {**endpoint, "secret": secret}


def _endpoint(scope: Scope, url: str, events: list[str], **values: str | None) -> Json:
    endpoint = scope.new(
        stripe.WebhookEndpoint,
        "we",
        url=url,
        enabled_events=events,
        status="enabled",
        metadata={},
        api_version=stripe.api_version,
        **values,
    )
    del endpoint["secret"]
    return endpoint
