"""What all experiments share: the binaries, a folder, a seed; and what one experiment has."""

import dataclasses
import itertools
import json
import os
import pathlib
import random
import subprocess
import uuid
from typing import Any

from measures import Result

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


@dataclasses.dataclass
class Bench:
    """One run of the program: where it works and what it drives."""

    folder: pathlib.Path
    binary: str
    seed: int
    is_full: bool

    def __post_init__(self) -> None:
        self.fixture = str(self.folder / "fixture_server")
        self.faults = str(self.folder / "faults.so")
        includes = ["-I", str(ROOT / "benchmarks")]
        compile_c(["-O2", *includes, str(HERE / "fixture_server.c"), "-o", self.fixture])
        compile_c(["-O2", "-shared", "-fPIC", str(HERE / "faults.c"), "-o", self.faults, "-ldl"])
        # Experiments that give up their rights still have to reach the programs.
        self.folder.chmod(0o755)


def compile_c(arguments: list[str]) -> None:
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", *arguments], check=True)


class Trial:
    """One experiment in progress."""

    def __init__(self, bench: Bench, name: str, count: int) -> None:
        self.bench, self.name, self.count = bench, name, count
        self.is_full = bench.is_full
        self.folder = bench.folder / name
        self.folder.mkdir()
        self.folder.chmod(0o777)
        self.ledger = self.folder / "ledger"
        # Every server of this experiment has this in its arguments, and so can be found.
        self.mark = f"{name}-{uuid.uuid4().hex}"
        self.random = random.Random(f"{bench.seed} {name}")
        self.result = Result(name)
        self.tags = itertools.count(1)
        self.proxies = itertools.count(1)

    def server(self, name: str, *options: str, **policy: Any) -> dict[str, Any]:
        """The entry of a fixture server in mcp-proxy.json."""
        arguments = ["--name", name, "--mark", self.mark, "--ledger", str(self.ledger), *options]
        return {"command": self.bench.fixture, "args": arguments, **policy}

    def configuration(self, servers: dict[str, Any], **root: Any) -> pathlib.Path:
        file = self.folder / f"mcp-proxy-{next(self.proxies)}.json"
        file.write_text(json.dumps({"mcpServers": servers, **root}))
        return file

    def next_tag(self) -> str:
        return f"{self.name}.{next(self.tags)}"

    def problem(self, text: str) -> None:
        self.result.problems.append(text)

    def expect(self, condition: bool, text: str) -> bool:
        if not condition:
            self.problem(text)
        return condition

    def expect_in_time(self, seconds: float, limit: float, what: str) -> None:
        """Asserted where nothing else runs: a busy machine proves nothing about times."""
        if self.is_full and seconds > limit:
            self.problem(f"{what} took {seconds:.3f} s, more than {limit:.3f} s")


#: A restart policy under which a server may die often without counting as crashed.
QUICK_RESTART = {"base": "100ms", "cap": "100ms", "max": 1000, "within": "1ms"}


def may_mount() -> bool:
    return os.geteuid() == 0
