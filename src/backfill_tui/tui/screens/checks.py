"""The page of a phase's checks: its suites and what they found, the detail of one check, and the keys to run them.

It asks the judge and says what it answers; results come with the snapshots like everything else.
"""

from collections.abc import Coroutine
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Mount, Unmount
from textual.widget import Widget

from backfill_tui.checks.model import Sample
from backfill_tui.engine.snapshot import PhaseView, Snapshot, SuiteView
from backfill_tui.errors import in_words
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.judge import Judge
from backfill_tui.tui.screens.phase_shown import PhaseShown
from backfill_tui.tui.widgets.checks_table import ChecksTable
from backfill_tui.tui.widgets.painted import Lines, Written
from backfill_tui.tui.widgets.panels import Details
from backfill_tui.views import asked, check_detail, checks, grid, header
from backfill_tui.views.checks import Key
from backfill_tui.views.spans import Line, Tone, one, plain, spread, wrap

if TYPE_CHECKING:
    from textual.worker import Worker

_NARROW_ROWS = 44  # cells of rows that fit the detail beside the table as it is


class Step(Enum):
    """Where a validation by this page stands."""

    IDLE = auto()
    ESTIMATING = auto()
    PRICED = auto()  # the bytes were shown; nothing was run
    RUNNING = auto()


class ChecksPage(PhaseShown):
    """One phase's checks. In a narrow terminal the detail is below the table, or alone."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.CHECKS, Scope.RUNNING)]
    SCOPE: ClassVar[Scope] = Scope.CHECKS
    AUTO_FOCUS = "ChecksTable"

    def __init__(self, phase: str, judge: Judge | None, *, run: bool = False, read_only: bool = False) -> None:
        super().__init__()
        self.phase = phase
        self.judge = judge
        self.read_only = read_only
        self.step = Step.IDLE
        self._run_at_once = run
        self._said: tuple[str, Tone] | None = None
        self._workers: dict[str, Worker[None]] = {}
        self._samples: dict[Key, Sample] = {}
        self._offered: Key | None = None  # whose sample was said to cost

    def compose_body(self) -> ComposeResult:
        """How it stands, the table, the detail."""
        yield Written(id="standing")
        with Horizontal(id="checks"):
            table = ChecksTable(id="suites")
            table.add_class("panel")
            yield table
            yield Details(id="check")

    @property
    def asking(self) -> bool:
        """Whether the judge is at work for this page."""
        return bool(self._workers)

    def scopes(self) -> tuple[Scope, ...]:
        """While the judge is at work, going back cancels it; where nothing may be run, that is not offered."""
        now = ((Scope.ASKING, self.asking), (Scope.RUNNING, not self.read_only))
        return (*(scope for scope, so in now if so), self.SCOPE, Scope.PAGE)

    # What is shown

    def render_view(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Show the phase in every widget of the page."""
        table = self.query_one(ChecksTable)
        table.entitle("Checks", asked.subtitle(view))
        table.show(snapshot, view)
        self._render_standing()
        self._render_detail()

    def render_header(self, snapshot: Snapshot, room: int) -> None:
        """Write the header."""
        if (view := self.view) is not None:
            self.query_one("#header", Lines).show([header.checks(snapshot, view, room)])

    def _render_standing(self) -> None:
        """What the judge was last heard to say, or how the checks stand."""
        view = self.view
        if view is None or not self.ready:
            return
        said, summary = self._said, checks.summary(view, runs=not self.read_only)

        def written(width: int) -> list[Line]:
            if said is None:
                return [spread(" ", *summary)]
            return [one(f" {piece}", said[1]) for piece in wrap(said[0], width - 2)]

        self.query_one("#standing", Written).write(written)

    def _render_detail(self) -> None:
        """All of the selected check."""
        if self.snapshot is None or self.view is None or not self.ready:
            return
        panel = self.query_one("#check", Details)
        key, now = self.query_one(ChecksTable).selected, self.snapshot.at
        found = checks.find(self.view, key) if key else None
        if key is None or found is None:
            self.remove_class("-rows")
            panel.entitle("Check")
            panel.write(lambda _: [])
            return
        suite, check = found
        sample = self._samples.get(key)
        self.set_class(sample is not None and grid.wanted(sample.columns, sample.rows) > _NARROW_ROWS, "-rows")
        panel.entitle(plain(check.name if check else suite.title), asked.kind(check) if check else "")
        panel.write(lambda width: check_detail.lines(suite, check, now, width, sample))

    def say(self, words: str, tone: Tone = Tone.DIM) -> None:
        """Say a sentence in place of the summary; an empty one brings that back."""
        self._said = (words, tone) if words else None
        self._render_standing()

    @on(ChecksTable.Selected)
    def tell_of(self) -> None:
        """Show another check from its beginning."""
        self.query_one("#check", Details).scroll_home(animate=False)
        self._render_detail()

    def turn_to(self, phase: str) -> None:
        """Show another phase's checks; what was being asked of this one is cancelled."""
        if phase == self.phase:
            return
        self.let_go()
        self.phase = phase
        if self.ready:
            self.query_one(ChecksTable).forget()
            if self.snapshot is not None:
                self.apply(self.snapshot)

    # Asking

    @on(Mount)
    def begin(self) -> None:
        """Run the suites if that is what the page was opened for."""
        if self._run_at_once:
            self.call_after_refresh(self.action_validate)

    @on(Unmount)
    def let_go(self) -> None:
        """Cancel what is being asked, and forget what was said of it."""
        if self.asking and self.judge is not None:
            self.judge.cancel(self.phase)
        for worker in self._workers.values():
            worker.cancel()
        self._workers.clear()
        self._samples.clear()
        self.step, self._said, self._offered = Step.IDLE, None, None

    def action_validate(self) -> None:
        """Run the suites; where that costs, show first how much, and run them when asked again."""
        judge = self._judge_for("run")
        view = self.view
        if judge is None or view is None:
            return
        if not view.suites:
            self.say(asked.NO_SUITES, Tone.WARN)
        elif self.step in {Step.ESTIMATING, Step.RUNNING}:
            self.say(asked.UNDER_WAY[self.step is Step.ESTIMATING], Tone.BUSY)
        elif judge.bills and self.step is Step.IDLE:
            self.step = Step.ESTIMATING
            self.say(asked.ESTIMATING, Tone.BUSY)
            self._ask("validate", self._estimate(judge))
        else:
            self.step = Step.RUNNING
            self._samples.clear()
            self.say(asked.running(len(view.suites)), Tone.BUSY)
            self._ask("validate", self._validate(judge))

    async def _estimate(self, judge: Judge) -> None:
        try:
            number = await judge.estimate(self.phase)
        except Exception as error:  # noqa: BLE001 - whatever ails the judge, the page stays and says so
            self._done("validate", in_words(error))
            return
        self._done("validate", asked.price(number, judge.limit_bytes), Tone.STRONG)
        self.step = Step.PRICED

    async def _validate(self, judge: Judge) -> None:
        try:
            await judge.validate(self.phase)
        except Exception as error:  # noqa: BLE001 - see above
            self._done("validate", in_words(error))
            return
        self._done("validate")

    def action_sample(self) -> None:
        """Show rows that make the selected metric fail."""
        key, view = self.query_one(ChecksTable).selected, self.view
        judge = self._judge_for("sample")
        found = checks.find(view, key) if view is not None and key is not None else None
        if judge is None or key is None or found is None:
            return
        suite, check = found
        if why_not := asked.no_sample(check):
            self._show_sample(key, Sample(key.check or "", "", problem=why_not))
        elif "sample" in self._workers:
            self.say(asked.SAMPLE_UNDER_WAY, Tone.BUSY)
        elif judge.bills and self._offered != key:
            self._offered = key
            self._show_sample(key, Sample(key.check or "", "", problem=asked.sample_price(judge.limit_bytes)))
        else:
            self._show_sample(key, Sample(key.check or "", "", problem=asked.SAMPLING))
            self._ask("sample", self._sample(judge, key, suite))

    async def _sample(self, judge: Judge, key: Key, suite: SuiteView) -> None:
        try:
            sample = await judge.sample(self.phase, suite.name, key.check or "")
        except Exception as error:  # noqa: BLE001 - see above
            sample = Sample(key.check or "", "", problem=in_words(error))
        self._workers.pop("sample", None)
        self._show_sample(key, sample)
        self.offer_keys()

    def _show_sample(self, key: Key, sample: Sample) -> None:
        self._samples[key] = sample
        self._render_detail()

    def _judge_for(self, what: str) -> Judge | None:
        """Whom to ask; where nobody may be asked, says why."""
        if self.read_only:
            self.say(asked.READ_ONLY[what], Tone.WARN)
            return None
        if self.judge is None:
            self.say(asked.NO_JUDGE, Tone.WARN)
        return self.judge

    def _ask(self, what: str, work: Coroutine[None, None, None]) -> None:
        self._workers[what] = self.run_worker(work, group=what, exit_on_error=False)
        self.offer_keys()

    def _done(self, what: str, words: str = "", tone: Tone = Tone.WARN) -> None:
        self._workers.pop(what, None)
        self.step = Step.IDLE
        self.say(words, tone)
        self.offer_keys()

    # Keys

    @on(ChecksTable.Opened)
    def open_detail(self) -> None:
        """Go to the detail; where there is one column, alone."""
        self._turn_focus(self.query_one("#check", Details), alone=True)

    def _turn_focus(self, target: Widget, *, alone: bool = False) -> None:
        self.set_class(alone, "-detail")
        self.call_after_refresh(target.focus)

    def action_focus_next(self) -> None:
        """From the table to the detail and back."""
        table, detail = self.query_one(ChecksTable), self.query_one("#check", Details)
        self._turn_focus(detail if self.focused is table else table)

    def action_focus_previous(self) -> None:
        """The same the other way round."""
        self.action_focus_next()

    def action_next_trouble(self) -> None:
        """The next check that is no pass."""
        self.query_one(ChecksTable).seek_trouble(forward=True)

    def action_previous_trouble(self) -> None:
        """The check before that is no pass."""
        self.query_one(ChecksTable).seek_trouble(forward=False)

    def action_back(self) -> None:
        """From the detail to the table; from there back, cancelling what is asked."""
        table = self.query_one(ChecksTable)
        if self.focused is not None and self.focused is not table:
            self._turn_focus(table)
            return
        self.let_go()
        self.dismiss()
