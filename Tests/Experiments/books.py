"""The two books that calls leave: the servers' ledger and the proxy's usage log."""

import collections
import dataclasses
import json
import pathlib
from typing import Any

#: How a record begins; inside a line it shows that a torn line was glued to the next.
HEAD = b'{"v":1,"type":"call"'


@dataclasses.dataclass
class Ledger:
    """What the servers did."""

    #: Executions that began, by tag.
    runs: collections.Counter[str]
    #: Calls refused without running, by tag.
    refusals: collections.Counter[str]
    #: Processes that started serving, and those that exited instead, by server.
    starts: collections.Counter[str]
    exits: collections.Counter[str]


def read_ledger(file: pathlib.Path) -> Ledger:
    ledger = Ledger(*(collections.Counter() for _ in range(4)))
    if not file.exists():
        return ledger
    for line in file.read_text().splitlines():
        what, name, _, *tag = line.split(" ")
        if what == "B":
            ledger.runs[tag[0]] += 1
        elif what == "R":
            ledger.refusals[tag[0]] += 1
        elif what == "S":
            ledger.starts[name] += 1
        elif what == "X":
            ledger.exits[name] += 1
    return ledger


@dataclasses.dataclass
class Usage:
    """What the proxies wrote down."""

    records: list[dict[str, Any]]
    #: Lines that are the beginning of a record.
    torn: list[bytes]
    #: Lines that hold a piece of one record and then another.
    glued: list[bytes]
    #: Lines without anything on them.
    blank: int

    def of(self, client: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record.get("client") == client]


def read_usage(place: pathlib.Path) -> Usage:
    """Reads a file, or all dated files of a folder."""
    files = sorted(place.glob("usage-*.jsonl")) if place.is_dir() else [place]
    usage = Usage([], [], [], 0)
    for file in files:
        if not file.exists():
            continue
        lines = file.read_bytes().split(b"\n")
        if lines and lines[-1] == b"":
            lines.pop()
        for line in lines:
            if not line:
                usage.blank += 1
            elif line.find(HEAD, 1) > 0:
                usage.glued.append(line)
            else:
                try:
                    usage.records.append(json.loads(line))
                except ValueError:
                    usage.torn.append(line)
    return usage
