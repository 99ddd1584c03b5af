"""How often the page that waits for a payment asks."""

DELAYS_SECONDS = (2, 2, 2, 2, 3, 4, 5, 5, 8, 10, 15)
SLOW_AFTER_TRIES = 9
"""By then half a minute has passed; the page says that it may take longer."""
TRIES_MAX = 60


def waiting(tries: int) -> dict[str, object]:
    """When the page asks next, and whether it has taken long."""
    return {
        "tries": tries,
        "delay": DELAYS_SECONDS[min(tries, len(DELAYS_SECONDS) - 1)],
        "slow": tries >= SLOW_AFTER_TRIES,
        "asks_on": tries < TRIES_MAX,
    }
