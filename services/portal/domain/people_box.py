"""Who has been in an inspection's People box: whoever leaves it takes no link along (R26, R46).

Kept is who was in the box at each revision that was told. That set is the same for any order and
any number of deliveries, and whoever is put back finds his old links as dead as they were.
"""

from collections.abc import Mapping

Boxes = Mapping[int, frozenset[str]]
"""The addresses in the box, folded, by the revision of the inspection."""


def has_left(address: str, since: int, boxes: Boxes) -> bool:
    """Whether the address was in the box and is missing from it at a revision after `since`.

    An address that never was in the box, like one that staff shared the details with, stays.
    """
    inside = False
    for revision in sorted(boxes):
        was_inside, inside = inside, address in boxes[revision]
        if was_inside and not inside and revision > since:
            return True
    return False


def last_seen(address: str, boxes: Boxes) -> int | None:
    """The newest revision with the address in the box, or None if it never was."""
    return max((revision for revision, box in boxes.items() if address in box), default=None)
