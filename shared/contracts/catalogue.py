"""Every event there is, by name."""

from shared.contracts import billing, notifications, portal, scheduling
from shared.contracts.event import Event

OWNERS = {
    "scheduling": scheduling,
    "billing": billing,
    "portal": portal,
    "notifications": notifications,
}


def _events() -> dict[str, type[Event]]:
    return {
        contract.name: contract
        for module in OWNERS.values()
        for contract in vars(module).values()
        if isinstance(contract, type) and issubclass(contract, Event) and "name" in vars(contract)
    }


ALL_EVENTS = _events()
