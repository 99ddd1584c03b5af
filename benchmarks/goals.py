"""What the benchmarks are to reach, and whether they did."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A figure of this run beside the bound it must keep."""

    what: str
    measured: float
    bound: float
    unit: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool:
        if self.at_least:
            return self.measured >= self.bound
        return self.measured <= self.bound

    def told(self) -> dict[str, object]:
        """As it is kept with the results."""
        side = "at least" if self.at_least else "at most"
        return {
            "what": self.what,
            "measured": f"{self.measured:g}{self.unit}",
            "goal": f"{side} {self.bound:g}{self.unit}",
            "met": self.met,
        }


def verdict(goals: Sequence[Goal]) -> int:
    """Say which goals were met; the exit code of the whole run."""
    for goal in goals:
        told = goal.told()
        word = "met   " if goal.met else "MISSED"
        print(f"{word}  {told['what']}: {told['measured']} ({told['goal']})")
    return 0 if all(goal.met for goal in goals) else 1
