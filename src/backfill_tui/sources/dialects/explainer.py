"""Watches a log being read and gathers the explanation. Bounded in memory and time, however big the log is.

Everything that is matched is counted. The rest is looked at line by line in the first megabytes, after that in a
sample of blocks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from backfill_tui.plan.patterns import linear_pattern
from backfill_tui.sources.dialects.explanation import Example, Explanation, Heads, Matched, NearMiss, Shape, Stamped
from backfill_tui.sources.dialects.makers import Groups
from backfill_tui.sources.dialects.model import Dialect, Pattern
from backfill_tui.sources.dialects.reading import LineReader, Seen
from backfill_tui.sources.dialects.shapes import shape_of, shape_of_object
from backfill_tui.sources.dialects.witness import Told
from backfill_tui.sources.dialects.words import FIELDS
from backfill_tui.sources.display import clean
from backfill_tui.sources.json_lines import MESSAGE_KEYS
from backfill_tui.sources.lines import after_line, line_around, line_ends
from backfill_tui.sources.records import RecordReader

WHOLE = 4 * 1024 * 1024
"""Bytes in which every line is looked at."""

STEP = 128 * 1024
ONE_IN = 64
"""Behind them: of so many steps of the file, one is looked at."""

MOST_SHAPES = 1000
LISTED_SHAPES = 50
FEW = 3
WIDTH = 160
"""How many shapes are told apart, and how many are listed; examples of a pattern; characters of an example."""

BUILT_IN = "built in"
_ORDER = {name: i for i, name in enumerate(FIELDS)}


@dataclass(slots=True)
class _Tally:
    pattern: Pattern
    lines: int = 0
    examples: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)  # offset, text, fields
    last: int = 0  # offset
    numbers: dict[int, int] = field(default_factory=dict)  # line numbers of offsets


@dataclass(slots=True)
class _Missed:
    pattern: Pattern
    lines: int = 0
    offset: int = 0
    text: str = ""
    why: str = ""
    line: int = 0


class Explainer:
    """A witness of one log. Times without an offset are in `timezone`."""

    def __init__(self, dialects: Iterable[Dialect], timezone: tzinfo) -> None:
        self._dialects = tuple(dialects)
        own = [one.name for one in self._dialects if one.origin != BUILT_IN]
        self._own = [p for one in self._dialects if one.origin != BUILT_IN for p in one.patterns]
        self._own_names = frozenset(own)
        self._records = RecordReader(timezone)
        self._reader = LineReader(self._records)
        self._stamped = False
        self._tallies: dict[int, _Tally] = {}
        self._missed: dict[int, _Missed] = {}
        self._recognized: set[int] = set()  # offsets of lines of the block that is being read
        self._fresh: list[_Tally | _Missed] = []  # of which a line of this block is to be numbered
        self._shapes: dict[tuple[bool, str], tuple[int, Example]] = {}
        self._levels: Counter[str] = Counter()
        self._with_time = self._objects = 0
        self._example: Stamped | None = None
        self._lines = self._looked_at = self._unrecognized = self._blank = self._other = 0

    # As a witness

    def sighted(self, offset: int, seen: Seen, patterns: Sequence[Pattern], told: Told | None) -> None:
        """See Witness."""
        if told is not None:
            self._recognized.add(offset)
            self._take(offset, seen, *told)
            return
        for pattern in patterns:
            if self._own_names.intersection(pattern.dialects) and _has_its_words(pattern, seen):
                self._miss(offset, seen, pattern)

    def block(self, body: bytes, offset: int, lines_before: int) -> None:
        """See Witness."""
        for tally in self._fresh:
            _number(tally, body, offset, lines_before)
        self._fresh.clear()
        self._lines = lines_before + line_ends(body)
        if offset < WHOLE or (offset // STEP) % ONE_IN == 0:
            self._look(body, offset, lines_before)
        self._recognized.clear()

    def explanation(self) -> Explanation:
        """What is known by now."""
        shapes = sorted(self._shapes.items(), key=lambda item: -item[1][0])
        listed = tuple(
            Shape(clean(text.encode("utf-8", "replace")), is_object, lines, example)
            for (is_object, text), (lines, example) in shapes[:LISTED_SHAPES]
        )
        return Explanation(
            dialects=self._dialects,
            matched=tuple(self._matched()),
            near=tuple(self._near()),
            heads=Heads(self._with_time, dict(self._levels.most_common()), self._objects, self._example),
            lines=self._lines,
            looked_at=self._looked_at,
            unrecognized=self._unrecognized,
            blank=self._blank,
            shapes=listed,
            other_lines=self._other + sum(n for _, (n, _) in shapes[LISTED_SHAPES:]),
        )

    # What matched, and what nearly did

    def _take(self, offset: int, seen: Seen, pattern: Pattern, found: Groups) -> None:
        tally = self._tallies.get(id(pattern))
        if tally is None:
            tally = self._tallies[id(pattern)] = _Tally(pattern)
        if tally.last < offset or not tally.lines:
            tally.last = offset
        tally.lines += 1
        if len(tally.examples) < FEW:
            names = sorted(
                found, key=lambda name: (_ORDER.get(name, len(_ORDER)), name)
            )  # RE2 has an order of its own
            fields = {name: short(text) for name in names if (text := found[name]) is not None}
            tally.examples.append((offset, short(seen.line), fields))
        if tally not in self._fresh:
            self._fresh.append(tally)

    def _miss(self, offset: int, seen: Seen, pattern: Pattern) -> None:
        missed = self._missed.get(id(pattern))
        if missed is None:
            why = _why_not(pattern, seen)
            missed = self._missed[id(pattern)] = _Missed(pattern, 0, offset, short(seen.line), why)
            self._fresh.append(missed)
        missed.lines += 1

    def _matched(self) -> Iterator[Matched]:
        order = {name: i for i, name in enumerate(one.name for one in self._dialects)}
        for tally in sorted(self._tallies.values(), key=lambda one: (order[one.pattern.dialects[0]], -one.lines)):
            examples = tuple(Example(tally.numbers.get(at, 0), text, found) for at, text, found in tally.examples)
            yield Matched(tally.pattern, tally.lines, examples, tally.numbers.get(tally.last, 0))

    def _near(self) -> Iterator[NearMiss]:
        heard = [tally.pattern for tally in self._tallies.values()]
        spoken = {(name, pattern.kind, pattern.text) for pattern in heard for name in pattern.dialects}
        missed = {(m.pattern.kind, m.pattern.text): m for m in self._missed.values()}
        for pattern in self._own:
            if (pattern.dialects[0], pattern.kind, pattern.text) in spoken:
                continue
            near = missed.get((pattern.kind, pattern.text))
            if near is not None:
                yield NearMiss(pattern, near.lines, Example(near.line, near.text), near.why)
            elif pattern.literal is not None:
                yield NearMiss(pattern, 0, None, f"no line has its text '{short(pattern.literal)}'")
            else:
                yield NearMiss(pattern, 0, None, "no line looks like it")

    # What is left over, and what stands before messages

    def _look(self, body: bytes, offset: int, lines_before: int) -> None:
        bars = b"\r" in body
        at, number = 0, lines_before
        while at < len(body):
            start, end = line_around(body, at, bars=bars)
            number += 1
            self._look_at(body, start, end, number, recognized=offset + start in self._recognized)
            at = after_line(body, end)

    def _look_at(self, body: bytes, start: int, end: int, number: int, *, recognized: bool) -> None:
        self._looked_at += 1
        seen = self._reader.read(body, start, end, stamped=self._stamped)
        at, level, message = seen.record
        self._stamped = self._stamped or at is not None
        self._with_time += at is not None
        self._objects += seen.fields is not None
        if level is not None:
            self._levels[level] += 1
        best = self._example
        if (best is None and level is not None) or (at is not None and (best is None or best.at is None)):
            self._example = self._head(seen)
        if recognized:
            return
        self._unrecognized += 1
        if not message.strip():
            self._blank += 1
        elif seen.fields is not None:
            self._count((True, shape_of_object(seen.fields)), number, seen)
        else:
            self._count((False, shape_of(message)), number, seen)

    def _count(self, shape: tuple[bool, str], number: int, seen: Seen) -> None:
        known = self._shapes.get(shape)
        if known is not None:
            self._shapes[shape] = (known[0] + 1, known[1])
        elif len(self._shapes) < MOST_SHAPES:
            self._shapes[shape] = (1, Example(number, short(seen.line)))
        else:
            self._other += 1

    def _head(self, seen: Seen) -> Stamped:
        at, level, message = seen.record
        if seen.fields is not None:
            told = self._records.moment_of(seen.fields)
            if told is not None and told[1] == at:
                return Stamped(short(str(seen.fields[told[0]])), at, level, where=told[0])
            for name in MESSAGE_KEYS:
                if isinstance(seen.fields.get(name), str):
                    return Stamped(short(seen.fields[name]), at, level, where=name)
        before = seen.line[: len(seen.line) - len(message)] if seen.line.endswith(message) else seen.line
        return Stamped(short(before.strip()), at, level)


def short(text: str) -> str:
    """Text of a log as it can be shown: without control characters, and not too long."""
    shown = clean(text[: 4 * WIDTH].encode("utf-8", "replace")).strip()
    return shown if len(shown) <= WIDTH else shown[: WIDTH - 1] + "…"


def _number(tally: "_Tally | _Missed", body: bytes, offset: int, lines_before: int) -> None:
    """Number the lines of a block that a tally shows."""

    def number_of(at: int) -> int:
        return lines_before + line_ends(body[: max(0, at - offset)]) + 1

    if isinstance(tally, _Missed):
        tally.line = number_of(tally.offset)
        return
    shown = [at for at, _, _ in tally.examples if at not in tally.numbers]
    kept = {at: n for at, n in tally.numbers.items() if any(at == one[0] for one in tally.examples)}
    tally.numbers = {**kept, **{at: number_of(at) for at in (*shown, tally.last)}}


def _has_its_words(pattern: Pattern, seen: Seen) -> bool:
    """Whether its literal is in the line: patterns are tried on more lines than those."""
    return pattern.literal is not None and (pattern.literal in seen.line or pattern.literal in seen.record[2])


def _why_not(pattern: Pattern, seen: Seen) -> str:
    """Why a line with the literal text of a pattern is none of its lines."""
    message = seen.record[2]
    if pattern.found_in(message, seen.line, seen.fields) is not None:
        return "it matches, but its dates or numbers can't be, or another pattern before it took the line"
    if pattern.values:
        return "its keys are not all there with such values" if seen.fields else "it is not a JSON object"
    if linear_pattern(pattern.expression).search(message):
        return "it would match further in: begin it with .*"
    return "what stands around that text is otherwise"
