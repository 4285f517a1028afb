"""The harness's side of faults.c: a file that both map."""

import mmap
import pathlib
import struct

FIELDS = ["wall_offset", "monotonic_offset", "write_errno", "write_most", "failed_writes"]


class Faults:
    """Steps the clocks of a proxy that was started with `environment`, and fails its writes."""

    def __init__(self, library: str, file: pathlib.Path) -> None:
        file.write_bytes(bytes(8 * len(FIELDS)))
        self.environment = {"LD_PRELOAD": library, "FAULT_CONTROL": str(file)}
        with file.open("r+b") as opened:
            self.map = mmap.mmap(opened.fileno(), 8 * len(FIELDS))

    def __getitem__(self, field: str) -> int:
        return int(struct.unpack_from("<q", self.map, 8 * FIELDS.index(field))[0])

    def __setitem__(self, field: str, value: int) -> None:
        struct.pack_into("<q", self.map, 8 * FIELDS.index(field), value)

    def step(self, wall: float = 0, monotonic: float = 0) -> None:
        """Moves the clocks by so many seconds."""
        self["wall_offset"] += int(wall * 1e9)
        self["monotonic_offset"] += int(monotonic * 1e9)
