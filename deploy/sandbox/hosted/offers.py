"""The quick buttons of the hosted page: one press plays one story."""

from typing import NamedTuple


class Offer(NamedTuple):
    """A test number and what it does, in a payer's words."""

    number: str
    label: str


CARD_OFFERS = (
    Offer("4000000000000002", "Card declined"),
    Offer("4000000000009995", "Insufficient funds"),
    Offer("4000002760003184", "3D Secure"),
    Offer("4000000000000259", "Disputed later"),
)
BANK_OFFERS = (
    Offer("000222222227", "Insufficient funds"),
    Offer("000111111113", "Account closed"),
    Offer("000555555559", "Returned after it settled"),
    Offer("000000000009", "Stays processing"),
)
