"""The metrics of a suite, by one query; a metric that can't be computed is taken out and the others asked again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from backfill_tui.checks.advice import TODO
from backfill_tui.checks.asker import Asker
from backfill_tui.checks.blame import blamed
from backfill_tui.checks.bounds import bound_text, hold, limits_text, phrase, shown
from backfill_tui.checks.fragments import refuse_torn
from backfill_tui.checks.model import Check, Part, Reason, Status, Value, worst
from backfill_tui.checks.question import Group, Measured, SuiteQuery, measured
from backfill_tui.checks.unknown import OF_ONE_METRIC, unanswered, unseen
from backfill_tui.checks.warehouse import ROWS_AT_MOST, AskError, Question
from backfill_tui.plan.resolved import Bound, Metric, Suite

_GROUPS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A metric's value over all rows and by group; or why there is none."""

    value: Value = None
    groups: tuple[Group, ...] = ()
    error: AskError | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a suite's query found: how many rows it saw, the days that have rows, each metric by its name.

    `error` is what kept the whole of it from being asked.
    """

    query: SuiteQuery
    rows: int | None = None
    days: frozenset[date] = frozenset()
    metrics: dict[str, Found] = field(default_factory=dict)
    error: AskError | None = None


def ask_metrics(suite: Suite, question: Question, asker: Asker, listed: tuple[date, ...] | None = None) -> Asked:
    """Ask a suite's metrics and its days with rows. Never raises AskError: what went wrong is in the answer."""
    asking = _Asking(suite, question, asker, listed)
    try:
        return asking.whole()
    except AskError as error:
        return Asked(asking.query_of(suite.metrics), error=error)


@dataclass
class _Asking:
    suite: Suite
    question: Question
    asker: Asker
    listed: tuple[date, ...] | None

    def query_of(self, metrics: Iterable[Metric]) -> SuiteQuery:
        return SuiteQuery.of(self.suite, metrics, self.listed)

    def question_of(self, query: SuiteQuery) -> Question:
        return replace(self.question, sql=query.sql, suite=query)

    def proved(self) -> tuple[list[Metric], dict[str, AskError], int]:
        """The metrics that can stand in one query, why the others can't, and the bytes that it would read."""
        for text, what in ((self.suite.date_column, "date_column"), (self.suite.where, "where")):
            if text is not None:
                refuse_torn(text, what)
        torn = _torn(self.suite.metrics)
        refused = dict(torn)
        metrics = [metric for metric in self.suite.metrics if metric.name not in torn]
        try:
            size = self._size(metrics)
        except AskError as error:
            if error.reason not in OF_ONE_METRIC:
                raise
            refused |= self._refused(metrics)
            metrics = [metric for metric in metrics if metric.name not in refused]
            size = self._size(metrics) if metrics else self._size_of_rows()
        return metrics, refused, size

    def whole(self) -> Asked:
        """All metrics in one query; those whose SQL does not hold by itself are left out of it."""
        metrics, refused, size = self.proved()
        found = {name: Found(error=error) for name, error in refused.items()}
        query = self.query_of(metrics)
        got = self._together(metrics, size, found)
        order = [metric.name for metric in self.suite.metrics]
        return Asked(
            query,
            got.rows,
            frozenset(got.days),
            {name: found[name] for name in order if name in found},
        )

    def _size(self, metrics: Iterable[Metric]) -> int:
        """The bytes that these metrics would read. Raises AskError where their SQL does not hold."""
        return self._size_of(self.query_of(metrics))

    def _size_of(self, query: SuiteQuery) -> int:
        return self.asker.estimate(self.question_of(query))

    def _size_of_rows(self) -> int:
        """The bytes of counting the rows. Raises AskError, told of the part of the suite that it comes from."""
        query = self.query_of([])
        try:
            return self._size_of(query)
        except AskError as error:
            raise blamed(error, query, self._size_of) from None

    def _together(self, metrics: Sequence[Metric], size: int, found: dict[str, Found]) -> Measured:
        """All of them in one go. If that breaks, the rows are counted: over none, no metric means anything."""
        try:
            return self._ask(metrics, size, found)
        except AskError as error:
            if error.reason not in OF_ONE_METRIC or not metrics:
                raise
            counted = self._again([], found)
            if counted.rows:
                self._by_halves(metrics, error, found)
            return counted

    def _refused(self, metrics: Iterable[Metric]) -> dict[str, AskError]:
        """The metrics that can't stand in a query, each tried by itself, which costs nothing."""
        refused = {}
        for metric in metrics:
            try:
                self._size([metric])
            except AskError as error:
                if error.reason not in OF_ONE_METRIC:
                    raise
                refused[metric.name] = error
        return refused

    def _ask(self, metrics: Sequence[Metric], size: int, found: dict[str, Found]) -> Measured:
        """Put what the metrics yield into `found`. Raises AskError."""
        query = self.query_of(metrics)
        got = measured(query, self.asker.ask(self.question_of(query), size))
        for i, metric in enumerate(metrics):
            if got.cut and metric.by is not None:
                found[metric.name] = Found(got.values[i], error=_too_many_groups(metric))
                continue
            groups = got.groups[query.by.index(metric.by)] if metric.by is not None else ()
            own = tuple(Group(group.group, group.rows, (group.values[i],)) for group in groups)
            found[metric.name] = Found(got.values[i], own)
        return got

    def _again(self, metrics: Sequence[Metric], found: dict[str, Found]) -> Measured:
        return self._ask(metrics, self._size(metrics), found)

    def _by_halves(self, metrics: Sequence[Metric], error: AskError, found: dict[str, Found]) -> None:
        """Metrics that together broke the query with that error: halves are asked until who did it stands alone."""
        if len(metrics) == 1:
            found[metrics[0].name] = Found(error=error)
            return
        middle = len(metrics) // 2
        for half in (metrics[:middle], metrics[middle:]):
            try:
                self._again(half, found)
            except AskError as broken:
                if broken.reason not in OF_ONE_METRIC:
                    raise
                self._by_halves(half, broken, found)


def estimate_metrics(suite: Suite, question: Question, asker: Asker, listed: tuple[date, ...] | None = None) -> int:
    """The bytes that `ask_metrics` would read. Raises AskError."""
    return _Asking(suite, question, asker, listed).proved()[2]


def _torn(metrics: Iterable[Metric]) -> dict[str, AskError]:
    """The metrics whose text can't be put into a query."""
    torn = {}
    for metric in metrics:
        try:
            refuse_torn(metric.sql, "sql")
            if metric.by is not None:
                refuse_torn(metric.by, "by")
        except AskError as error:
            torn[metric.name] = error
    return torn


def _too_many_groups(metric: Metric) -> AskError:
    return AskError(
        Reason.OTHER,
        f"`by: {metric.by}` makes more than {ROWS_AT_MOST:,} groups.",
        todo="Break it down less finely.",
    )


def metric_checks(suite: Suite, asked: Asked) -> Iterator[Check]:
    """One check a metric."""
    for metric in suite.metrics:
        found = asked.metrics.get(metric.name, Found())
        yield _check(metric, found, asked, suite)


def _check(metric: Metric, found: Found, asked: Asked, suite: Suite) -> Check:
    blank = Check(
        metric.name, "metric", metric.severity, Status.UNKNOWN, bound=bound_text(metric.bound), unit=metric.unit
    )
    error = asked.error or found.error
    if error is not None:
        return unanswered(blank, error, suite.table)
    if not asked.rows:
        return unseen(blank, suite, limits_text(metric.bound, metric.unit))
    held = hold(found.value, metric.bound)
    detail = phrase(found.value, metric.bound, places=metric.round, unit=metric.unit)
    parts = tuple(_part(metric, group) for group in found.groups)
    bad = [part for part in parts if part.status not in {None, Status.PASS}]
    status = worst([held.status, *(part.status for part in bad if part.status)])
    reason = held.reason or (Reason.NULL_VALUE if status is Status.UNKNOWN else None)
    return replace(
        blank,
        status=status,
        value=found.value,
        detail="; ".join(filter(None, (detail, held.why, _named(metric, bad)))),
        reason=reason,
        todo=TODO[reason] if reason else None,
        parts=parts,
    )


def _part(metric: Metric, group: Group) -> Part:
    value = group.values[0]
    status = None if metric.each == Bound() else hold(value, metric.each).status
    return Part(group.group, group.rows, value, status)


def _named(metric: Metric, bad: Sequence[Part]) -> str:
    """The groups that break the bound of each."""
    if not bad:
        return ""
    names = [
        f"{_group(part.group)}: {shown(part.value, metric.each, places=metric.round, unit=metric.unit)}"
        for part in bad
    ]
    rest = f" and {len(names) - _GROUPS_NAMED} more" if len(names) > _GROUPS_NAMED else ""
    return f"each {limits_text(metric.each, metric.unit)}, but {', '.join(names[:_GROUPS_NAMED])}{rest}"


def _group(value: Value) -> str:
    """The name of a group: a year among them is a name, not a quantity."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else shown(value)
