"""Every event there is, by name."""

from types import ModuleType

from shared.contracts import (
    billing,
    billing_accounts,
    jobs,
    notifications,
    portal,
    scheduling,
    scheduling_accounts,
    scheduling_standing,
)
from shared.contracts.event import Event

OWNERS: dict[str, tuple[ModuleType, ...]] = {
    "scheduling": (jobs, scheduling, scheduling_accounts, scheduling_standing),
    "billing": (billing, billing_accounts),
    "portal": (portal,),
    "notifications": (notifications,),
}
"""The modules in which each service says what it tells."""


def _events() -> dict[str, type[Event]]:
    return {
        contract.name: contract
        for modules in OWNERS.values()
        for module in modules
        for contract in vars(module).values()
        if isinstance(contract, type) and issubclass(contract, Event) and "name" in vars(contract)
    }


ALL_EVENTS = _events()
