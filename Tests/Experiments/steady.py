"""The books and the measurements of a run of hours, kept small while it runs."""

import collections
import dataclasses
import json
import pathlib
import time

import processes
from bench import Trial
from proxy import Proxy

#: Seconds after its answer in which a call may still run; then its account is closed.
LAG = 60.0
MEGABYTE = 1024.0


@dataclasses.dataclass
class Sample:
    """The proxy's process while nothing is broken."""

    hours: float
    memory: int  # kB
    descriptors: int
    threads: int


class Tail:
    """The whole lines that were appended to a file since it was last looked at."""

    def __init__(self) -> None:
        self.offsets: dict[pathlib.Path, int] = {}

    def lines(self, file: pathlib.Path) -> list[bytes]:
        if not file.exists():
            return []
        with file.open("rb") as opened:
            opened.seek(self.offsets.get(file, 0))
            text = opened.read()
        whole = text[:text.rfind(b"\n") + 1]
        self.offsets[file] = self.offsets.get(file, 0) + len(whole)
        return whole.splitlines()


class Account:
    """Judges each call once, some time after its answer, and forgets it."""

    def __init__(self, trial: Trial, proxy: Proxy) -> None:
        self.trial, self.proxy = trial, proxy
        self.tail = Tail()
        self.runs: collections.Counter[str] = collections.Counter()
        self.closed = 0
        self.usage_lines = 0
        self.reasons: collections.Counter[str] = collections.Counter()

    def update(self, is_end: bool = False) -> None:
        for line in self.tail.lines(self.trial.ledger):
            words = line.decode().split(" ")
            if words[0] == "B":
                self.runs[words[3]] += 1
        for file in sorted((self.proxy.home / "usage").glob("usage-*.jsonl")):
            for line in self.tail.lines(file):
                self.take_record(line)
        latest = time.monotonic() - (0 if is_end else LAG)
        calls = self.proxy.calls
        done = 0
        while done < len(calls) and (is_end or (calls[done].answered or latest) < latest):
            done += 1
        self.trial.result.judge(calls[:done], self.runs)
        for call in calls[:done]:
            self.reasons[call.reason or call.report] += 1
            self.runs.pop(call.tag, None)
        self.closed += done
        del calls[:done]
        late = [tag for tag in self.runs if int(tag.split(".")[1]) <= self.closed]
        self.trial.expect(not late, f"ran after their accounts were closed: {late[:5]}")

    def take_record(self, line: bytes) -> None:
        self.usage_lines += 1
        try:
            number = json.loads(line)["seq"]
        except ValueError:
            return self.trial.problem(f"a usage line is broken: {line[:200]!r}")
        self.trial.expect(number == self.usage_lines, f"usage line {self.usage_lines} is {number}")


def sample(pid: int, began: float) -> Sample:
    return Sample(
        (time.monotonic() - began) / 3600, processes.status(pid, "VmRSS"),
        processes.descriptors(pid), processes.status(pid, "Threads"),
    )


def slope(samples: list[Sample]) -> float:
    """Of the memory, in kB an hour: least squares."""
    if len(samples) < 2:
        return 0
    mean_x = sum(entry.hours for entry in samples) / len(samples)
    mean_y = sum(entry.memory for entry in samples) / len(samples)
    above = sum((entry.hours - mean_x) * (entry.memory - mean_y) for entry in samples)
    below = sum((entry.hours - mean_x) ** 2 for entry in samples)
    return above / below if below else 0


def check_flat(trial: Trial, samples: list[Sample]) -> str:
    """Holds the samples against the rules; returns what to print."""
    hours = samples[-1].hours
    # Arenas fill and buffers reach their size in the first hour, or fifth of a short run.
    warm = [entry for entry in samples if entry.hours >= min(1, hours / 5)]
    growth = warm[-1].memory - warm[0].memory
    allowed = MEGABYTE * (1 + warm[-1].hours - warm[0].hours)
    trial.expect(growth <= allowed, f"memory grew by {growth} kB, more than {allowed:.0f} kB")
    if hours >= 3:
        trial.expect(slope(warm) <= MEGABYTE, f"memory grows by {slope(warm):.0f} kB an hour")
    for what in ("descriptors", "threads"):
        values = {getattr(entry, what) for entry in samples}
        trial.expect(len(values) == 1, f"{what} are not constant: {sorted(values)}")
    return (f"memory {warm[0].memory} to {warm[-1].memory} kB (slope {slope(warm):+.0f} kB/h), "
            f"descriptors {samples[-1].descriptors}, threads {samples[-1].threads}")
