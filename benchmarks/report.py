"""What a benchmark has found: rows with their yardstick and target, as one aligned table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import revision, this_machine

RESULTS = Path(__file__).parent / "results"

_SCALES = {"s": (1.0, "{:.2f} s"), "ms": (1e3, "{:.2f} ms"), "MB": (1e-6, "{:.0f} MB")}
_HEADINGS = ("what", "ours", "range", "peer", "takes", "ratio", "target", "")


@dataclass(frozen=True, slots=True)
class Peer:
    """What a row is compared with, measured in the same run and in turn with it."""

    name: str
    samples: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """An upper bound, of the value itself or of its ratio to the peer's. `of` says whose bound it is."""

    at_most: float
    of_ratio: bool = False
    of: str = "product"  # product: promised to users; aim: wished for; own: set here, to notice a trap


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured. Samples are seconds or bytes; `unit` (s, ms, MB) is how they are shown."""

    what: str
    samples: tuple[float, ...]
    unit: str = "s"
    peer: Peer | None = None
    target: Target | None = None
    judged: bool = True  # False: the input was not of the size that the target speaks of
    note: str = ""

    @property
    def value(self) -> float:
        """The median."""
        return median(self.samples)

    @property
    def ratio(self) -> float | None:
        """The median over the peer's median; None without a peer."""
        return self.value / median(self.peer.samples) if self.peer else None

    @property
    def verdict(self) -> str:
        """Ok, MISSED, or a dash where there is nothing to hold it against."""
        if self.target is None or not self.judged:
            return "–"
        measured = self.ratio if self.target.of_ratio else self.value
        return "ok" if measured is not None and measured <= self.target.at_most else "MISSED"


@dataclass(slots=True)
class Report:
    """All rows of one benchmark, with what was read and which commands were run."""

    name: str
    title: str
    quick: bool
    inputs: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    began: dict[str, Any] = field(default_factory=lambda: dict(this_machine()))

    def table(self) -> str:
        """The rows, aligned; below them what they mean."""
        cells = [_HEADINGS, *(_cells(row) for row in self.rows)]
        widths = [max(len(line[i]) for line in cells) for i in range(len(_HEADINGS))]
        lines = [_aligned(line, widths) for line in cells]
        rule = "  ".join("─" * width for width in widths)
        inputs = [f"  {name}: {what}" for name, what in self.inputs.items()]
        notes = [f"  {row.what}: {row.note}" for row in self.rows if row.note]
        return "\n".join([self.title, "", lines[0], rule, *lines[1:], "", *inputs, *notes])

    def write(self, folder: Path = RESULTS) -> Path:
        """Keep it as JSON; returns where."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        document = {
            "benchmark": self.name,
            "title": self.title,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "revision": revision(),
            "quick": self.quick,
            "machine": self.began | {"load_1m_at_end": this_machine()["load_1m"]},
            "inputs": self.inputs,
            "commands": self.commands,
            "rows": [
                asdict(row) | {"median": row.value, "ratio": row.ratio, "verdict": row.verdict} for row in self.rows
            ],
        }
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path


def _cells(row: Row) -> tuple[str, ...]:
    peer = row.peer
    return (
        row.what,
        _shown(row.value, row.unit),
        f"{_shown(min(row.samples), row.unit)} … {_shown(max(row.samples), row.unit)}",
        peer.name if peer else "",
        _shown(median(peer.samples), row.unit) if peer else "",
        f"{row.ratio:.2f}x" if row.ratio is not None else "",
        _bound(row),
        row.verdict,
    )


def _bound(row: Row) -> str:
    if row.target is None:
        return ""
    bound = f"{row.target.at_most:g}x" if row.target.of_ratio else _shown(row.target.at_most, row.unit)
    return f"≤ {bound}" + ("" if row.target.of == "product" else f" ({row.target.of})")


def _shown(value: float, unit: str) -> str:
    factor, form = _SCALES[unit]
    return form.format(value * factor)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, numbers to the right."""
    words = {0, 3, 7}
    parts = [
        cell.ljust(width) if i in words else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(parts).rstrip()
