"""What an experiment reports: times of recovery, losses, and what was said against what was so."""

import collections
import dataclasses
import math
from collections.abc import Iterable

from calls import Call

#: Executions of a safe call over all its endpoints, at most.
MOST_ATTEMPTS = 4


def quantile(values: list[float], share: float) -> float:
    """The least of `values` that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


@dataclasses.dataclass
class Result:
    name: str
    #: Faults injected.
    done: int = 0
    #: Seconds from each fault to the first good answer, or to the state the experiment names.
    recovery: list[float] = dataclasses.field(default_factory=list)
    calls: int = 0
    #: Calls that a living proxy never answered.
    lost: int = 0
    #: Unsafe calls that ran more than once, and calls answered more than once.
    duplicated: int = 0
    #: Calls answered with a failure.
    errors: int = 0
    #: What the client was told and how often that ran: (report, runs) to the number of calls.
    truth: collections.Counter[tuple[str, int]] = dataclasses.field(
        default_factory=collections.Counter
    )
    problems: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    skipped: list[str] = dataclasses.field(default_factory=list)
    seconds: float = 0

    def judge(self, calls: Iterable[Call], runs: collections.Counter[str]) -> None:
        """Compares what the client was told of each call with how often it ran."""
        for call in calls:
            self.calls += 1
            ran = runs[call.tag]
            self.truth[call.report, ran] += 1
            self.errors += call.report not in ("ok", "none")
            if call.report == "none" and not call.was_abandoned:
                self.lost += 1
                self.problems.append(f"{call.tag}: no answer")
            if ran > 1 and not call.is_safe:
                self.duplicated += 1
                self.problems.append(f"{call.tag}: not safe, and ran {ran} times")
            if ran > MOST_ATTEMPTS:
                self.problems.append(f"{call.tag}: ran {ran} times")
            if call.report == "no" and ran > 0:
                self.problems.append(f"{call.tag}: said not to have run, and ran ({call.reason})")
            if call.report == "ok" and ran == 0:
                self.problems.append(f"{call.tag}: answered, and never ran")

    def recovery_text(self) -> str:
        if not self.recovery:
            return "-"
        points = [quantile(self.recovery, share) for share in (0.5, 0.95, 1)]
        return " / ".join(f"{point * 1000:.0f}" for point in points)

    def row(self) -> str:
        verdict = "FAIL" if self.problems else "skip" if not self.done else "ok"
        cells = f"{self.name:4}{self.done:>6}  {self.recovery_text():>20}  {self.calls:>8}"
        cells += f"{self.lost:>6}{self.duplicated:>6}{self.errors:>8}{self.seconds:>8.1f}  "
        return cells + verdict

    def truth_text(self) -> str:
        """`unknown: 12 ran, 3 did not`, for each thing the client may be told."""
        parts = []
        for report in sorted({report for report, _ in self.truth}):
            runs = {ran: count for (told, ran), count in self.truth.items() if told == report}
            ran = sum(count for times, count in runs.items() if times > 0)
            more = sum(count for times, count in runs.items() if times > 1)
            text = f"{report}: {ran} ran, {runs.get(0, 0)} did not"
            parts.append(text + (f", {more} of them safe and repeated" if more else ""))
        return "; ".join(parts)


HEADER = (
    "      done  recovery ms, 50/95/max     calls  lost  dup.  errors       s\n"
)


def as_json(result: Result) -> dict[str, object]:
    fields = dataclasses.asdict(result)
    fields["truth"] = [
        {"told": told, "runs": runs, "calls": count}
        for (told, runs), count in sorted(result.truth.items())
    ]
    if result.recovery:
        shares = {"median": 0.5, "p95": 0.95, "max": 1.0}
        fields["recovery"] = {key: quantile(result.recovery, at) for key, at in shares.items()}
    return fields
