"""Runs the client of this folder against a command, for whoever measures or counts."""

import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
# How callgrind ends its report.
INSTRUCTIONS = r"Collected\s*:\s*([\d,]+)"


class Bench:
    """The compiled programs, the folder they live in and the processor everything runs on."""

    def __init__(self, folder, binary, cpu, quick):
        self.folder, self.binary, self.cpu, self.quick = pathlib.Path(folder), binary, cpu, quick
        for name in ("client", "relay", "echo_server"):
            source, program = str(HERE / f"{name}.c"), str(self.folder / name)
            subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, source], check=True)
        self.server = str(self.folder / "echo_server")
        self.homes = 0
        self.home = None

    def config(self, count, hung=0, tools=1):
        """Writes a configuration with `count` echo endpoints, every guard on; returns its path."""
        # Limits far above what a benchmark reaches: each is checked at every call, none refuses.
        guards = {
            "rateLimit": {"calls": 1000000, "per": "1s", "burst": 1000000},
            "concurrency": {"max": 1000, "queue": 1000, "wait": "5s"},
            "cost": {"perCall": 0.000001},
            "budget": {"calls": {"day": 1000000000}},
        }
        entry = {"command": self.server, "args": ["--tools", str(tools)], **guards}
        servers = {f"e{i}": entry for i in range(count)}
        for i in range(hung):
            servers[f"hung{i}"] = {"command": self.server, "args": ["--hang"]}
        path = self.folder / f"config-{count}-{hung}-{tools}.json"
        path.write_text(json.dumps({"mcpServers": servers}))
        return str(path)

    def proxy(self, config):
        return [self.binary, "run", "--config", config]

    def measure(self, command, *options, tool="echo"):
        """Runs the client once against `command`; returns what it printed, as numbers."""
        self.homes += 1
        self.home = self.folder / f"home-{self.homes}"
        self.home.mkdir()
        environment = {
            "HOME": str(self.home),
            "MCP_PROXY_HOME": str(self.home),
            "PATH": os.environ["PATH"],
        }
        line = [str(self.folder / "client"), "-t", tool, *map(str, options), "--", *command]
        done = subprocess.run(
            line, env=environment, cwd=self.home, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {self.cpu}))
        if done.returncode != 0:
            sys.exit(f"FAIL {' '.join(line)}\n{done.stderr[-2000:]}")
        result = {}
        for row in done.stdout.splitlines():
            name, _, value = row.partition(" ")
            result[name] = float(value)
        result["stderr"] = done.stderr
        return result

    def alternate(self, key, sides, *options):
        """Runs every side once a round; returns per side the list of its values, in round order."""
        rounds = 3 if self.quick else 7
        values = {name: [] for name in sides}
        for _ in range(rounds):
            for name, (command, tool, more) in sides.items():
                values[name].append(self.measure(command, *options, *more, tool=tool)[key])
        return values

    def per_call(self, tool, pattern, runs=(1000, 2000), *options):
        """What one call of the proxy costs by the count of a tool of valgrind, which writes it as
        `pattern` says: the difference of two runs, so that start and end do not count. `None`: it
        said nothing."""
        counts = []
        for calls in runs:
            grind = ["valgrind", f"--tool={tool}", f"--{tool}-out-file=/dev/null"]
            command = grind + self.proxy(self.config(1))
            seen = self.measure(command, "-n", calls, "-x", 300, *options, tool="e0__echo")
            found = re.search(pattern, seen["stderr"])
            if not found:
                return None
            counts.append(int(found.group(1).replace(",", "")))
        return (counts[1] - counts[0]) / (runs[1] - runs[0])
