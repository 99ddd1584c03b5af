"""The things one sandbox process has exactly one of."""

import asyncio
from dataclasses import dataclass, field

from deploy.sandbox.settings import SandboxSettings
from deploy.sandbox.state.clock import Clock
from deploy.sandbox.state.store import Store


@dataclass
class World:
    """Store, clock and settings, and the two bells that wake the background loops."""

    settings: SandboxSettings
    store: Store
    clock: Clock
    timers_changed: asyncio.Event = field(default_factory=asyncio.Event)
    deliveries_changed: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def opened(cls, settings: SandboxSettings) -> "World":
        """Open the state file and carry on where the last process stopped."""
        store = Store(settings.state)
        return cls(settings=settings, store=store, clock=Clock(store))

    def public(self, path: str) -> str:
        """Give the address of a hosted page as a browser reaches it."""
        return self.settings.public_url.rstrip("/") + path
