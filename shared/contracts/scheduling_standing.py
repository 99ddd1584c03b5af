"""What scheduling tells once it knows how an inspection's money stands."""

from typing import ClassVar

from shared.contracts.event import Event


class InspectionStandingChangedV1(Event):
    """Scheduling has taken in a newer balance: its badges and report gate now show it."""

    name: ClassVar[str] = "scheduling.inspection_standing_changed.v1"
    aggregate: ClassVar[str] = "inspection_standing"
    inspection_id: str
    report_released: bool
    standing_revision: int

    @property
    def aggregate_id(self) -> str:
        """The inspection's id."""
        return self.inspection_id

    @property
    def revision(self) -> int:
        """The revision of the balance taken in."""
        return self.standing_revision
