"""The dialog before anything is done to a phase: it shows what would be done, takes what must be typed, and waits.

What it asks comes from its subclasses, as a `Question`. Nothing is done by one keystroke, and nothing by a key that
was pressed before the question was there to read.
"""

import time
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Mount, Resize
from textual.screen import ModalScreen
from textual.widgets import Input

from backfill_tui.errors import in_words
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.operator import Operator
from backfill_tui.tui.telling import tell
from backfill_tui.tui.widgets.choice import Choice
from backfill_tui.tui.widgets.field import Field
from backfill_tui.tui.widgets.painted import TONES, Written
from backfill_tui.tui.widgets.panels import Details
from backfill_tui.tui.widgets.titled import Titled
from backfill_tui.views import offers
from backfill_tui.views.offers import Question
from backfill_tui.views.spans import Tone, one, wrap

if TYPE_CHECKING:
    from textual.widget import Widget

_AROUND = 10  # lines of a dialog beside its fields and what is to be read: frame, what is said, buttons, gaps
_LEAST = 3  # lines of what is to be read, however low the terminal is
_REFUSED_S = 12.0  # how long a refusal is shown to somebody who has left the dialog


class Step(Enum):
    """Where a dialog stands."""

    LOOKING = auto()  # what would be done is being found out
    ASKING = auto()
    WAITING = auto()  # it was done before, and takes its time; there is something to ask once that is over
    DOING = auto()
    REFUSED = auto()  # there is nothing to ask: it can't be done


class Frame(Vertical, Titled):
    """The box of a dialog."""


class Dialog(ModalScreen[None]):
    """Asks, does, and closes. Esc leaves at any time; what is being done goes on, and its end is told of."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.DIALOG)]
    COMPONENT_CLASSES: ClassVar[set[str]] = TONES
    SCOPE: ClassVar[Scope] = Scope.DIALOG
    AUTO_FOCUS = "#offer"

    def __init__(self, what: str, phase: str, operator: Operator) -> None:
        super().__init__()
        self.what = what  # is asked, in a word
        self.phase = phase
        self.operator = operator
        self.step = Step.LOOKING
        self.question: Question | None = None
        self._problem = ""
        self._began = 0.0

    async def look(self) -> Question:
        """What is to be asked, as things stand now."""
        raise NotImplementedError

    async def act(self, reason: str) -> str:
        """Do it; a sentence on what came of it, or an empty one where there is more to ask (see `problem`)."""
        raise NotImplementedError

    def problem(self) -> str:
        """Why `act` has more to ask."""
        return ""

    def compose(self) -> ComposeResult:
        """What would be done, what is to be said of it, the fields, the buttons."""
        with Frame(id="dialog", classes="panel"):
            yield Details(id="offer")
            yield Written(id="said")
            yield Field("reason", "why, for the ledger and the report", id="reason")
            yield Field("phase", "its name, typed", id="name")
            with Horizontal(id="choices"):
                yield Choice("…", id="yes")
                yield Choice("Leave", id="no")

    @on(Mount)
    async def begin(self) -> None:
        """Find out what there is to ask."""
        self._show()
        self.set_interval(1.0, self._tell_time)
        self.run_worker(self._look(), exit_on_error=False)

    @property
    def open(self) -> bool:
        """Whether it is still to be seen."""
        return self.is_mounted and self in self.app.screen_stack

    async def _look(self) -> None:
        """Ask anew what would be done. A problem that was told before stays told."""
        self.step = Step.LOOKING
        self._show()
        try:
            question = await self.look()
        except Exception as error:  # noqa: BLE001 - whatever ails the operator, the dialog says so
            self.step, self.question = Step.REFUSED, None
            self._problem = self._problem or in_words(error)
        else:
            self.step, self.question = Step.WAITING if question.waits else Step.ASKING, question
            self._began = time.monotonic()
        if self.open:
            self._show()
            self._focus_first()

    # What is shown

    def _show(self) -> None:
        question, asking = self.question, self.step is Step.ASKING
        words = offers.LOOKING if self.step is Step.LOOKING else ""
        write = question.write if question else (lambda width: [one(piece) for piece in wrap(words, width)])
        offer = self.query_one("#offer", Details)
        offer.set_class(self.step is Step.REFUSED, "-gone")
        offer.write(write)
        self._field("reason").set_class(not (question and question.reason), "-gone")
        self._field("name").set_class(not (question and question.name), "-gone")
        for name in ("reason", "name"):
            self._field(name).answer.disabled = not asking
        self.query_one("#yes", Choice).set_class(question is None, "-gone")
        self._weigh()
        self._fit()

    @on(Resize)
    def _fit(self) -> None:
        """What is to be read has the height that the rest leaves it, and scrolls in it."""
        left = self.app.size.height - _AROUND - len(self._fields())
        self.query_one("#offer").styles.max_height = max(_LEAST, left)
        self.call_after_refresh(self._entitle)

    def _entitle(self) -> None:
        """Title and keys of the frame; that there is more to read than is seen, too."""
        if not self.open:
            return
        more = "PgDn: more  " if self.query_one("#offer").max_scroll_y else ""
        question = self.question
        keys = question.keys if question is not None and self.step is Step.ASKING else offers.LEAVE
        self.query_one(Frame).entitle(question.title if question else f"{self.what} {self.phase}", f"{more}{keys}")

    def _weigh(self) -> None:
        """Say what is lacking, what is wrong, or what is being done; let the button be pressed once it all fits."""
        question, lacking, tone, words = self.question, self._lacking(), Tone.DIM, ""
        if self._under_way and question is not None:
            words, tone = offers.under_way(question, self._elapsed_s), Tone.BUSY
        elif self._problem:
            words, tone = self._problem, Tone.BAD
        elif self.step is Step.ASKING:
            words = lacking
        yes = self.query_one("#yes", Choice)
        yes.disabled = self.step is not Step.ASKING or bool(lacking)
        if question is not None:
            yes.say(offers.button(question, self._elapsed_s) if self._under_way else question.yes)
        said = self.query_one("#said", Written)
        said.set_class(not words, "-gone")
        said.write(lambda width: [one(piece, tone) for piece in wrap(words, width)])

    def _lacking(self) -> str:
        if self.question is None:
            return ""
        return offers.lacking(self.question, self._field("reason").value, self._field("name").value)

    @property
    def _under_way(self) -> bool:
        return self.step in {Step.WAITING, Step.DOING}

    @property
    def _elapsed_s(self) -> float:
        """Since that began which is under way."""
        return time.monotonic() - self._began

    def _tell_time(self) -> None:
        """Count down; what was waited for to the end may be asked."""
        if self._under_way:
            self._weigh()
        grace_s = self.question.grace_s if self.question is not None else None
        if self.step is Step.WAITING and grace_s is not None and self._elapsed_s >= grace_s:
            self.run_worker(self._look(), exit_on_error=False)

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    def _focus_first(self) -> None:
        """Where something is to be typed, there; else what is to be read. Never what would do it."""
        fields = [field for field in self._fields() if not field.value]
        read = self.query_one("#no" if self.step is Step.REFUSED else "#offer")
        self.set_focus(fields[0].answer if fields else read)

    def _fields(self) -> list[Field]:
        return [field for field in self.query(Field) if not field.has_class("-gone")]

    # Doing it

    def _do(self) -> None:
        if self.step is not Step.ASKING or self.question is None or self._lacking():
            return
        reason = self._field("reason").value.strip() if self.question.reason else ""
        self.step, self._problem, self._began = Step.DOING, "", time.monotonic()
        self._show()
        self.set_focus(self.query_one("#no"))
        # The app's work, not the dialog's: it goes on when the dialog is left.
        self.app.run_worker(self._carry_out(reason), group="operator", exit_on_error=False)

    async def _carry_out(self, reason: str) -> None:
        try:
            told = await self.act(reason)
        except Exception as error:  # noqa: BLE001 - see above
            self._problem = in_words(error)
            if not self.open:
                tell(self.app, self._problem, "error", seconds=_REFUSED_S)
                return
            await self._look()
            return
        if told:
            tell(self.app, told)
            if self.open:
                self.dismiss()
            return
        self._problem = self.problem()
        if not self.open:
            tell(self.app, self._problem, "warning", seconds=_REFUSED_S)
            return
        self._forget()
        await self._look()

    def _forget(self) -> None:
        """What was typed for one question is no answer to the next."""
        for field in self.query(Field):
            field.answer.value = ""

    # Keys

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.step is Step.ASKING and event.value:
            self._problem = ""
        self._weigh()

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        """Enter in a field goes on to what is still to be typed, then to the button; it does nothing by itself."""
        event.stop()
        if not self._lacking():
            self.set_focus(self.query_one("#yes"))
            return
        others = [field.answer for field in self._fields() if field.answer is not event.input]
        self.set_focus(next((answer for answer in others if not answer.value.strip()), event.input))

    @on(Choice.Chosen)
    def _chosen(self, event: Choice.Chosen) -> None:
        event.stop()
        if event.choice.id == "yes":
            self._do()
        else:
            self.action_leave()

    def action_confirm(self) -> None:
        """Do it, where nothing is to be typed for it."""
        if self.question is not None and self.question.one_key:
            self._do()

    def action_leave(self) -> None:
        """Leave."""
        self.dismiss()

    def action_next(self) -> None:
        """The next field or button."""
        self._step_focus(1)

    def action_previous(self) -> None:
        """The field or button before."""
        self._step_focus(-1)

    def _step_focus(self, by: int) -> None:
        stops: list[Widget] = [self.query_one("#offer"), *(field.answer for field in self._fields())]
        stops = [
            stop for stop in (*stops, *self.query(Choice)) if not stop.disabled and not stop.has_class("-gone")
        ]
        at = stops.index(self.focused) if self.focused in stops else -by
        self.set_focus(stops[(at + by) % len(stops)])

    def action_down(self) -> None:
        """A line down."""
        self.query_one("#offer", Details).action_down()

    def action_up(self) -> None:
        """A line up."""
        self.query_one("#offer", Details).action_up()

    def action_page_down(self) -> None:
        """A page down."""
        self.query_one("#offer", Details).action_page_down()

    def action_page_up(self) -> None:
        """A page up."""
        self.query_one("#offer", Details).action_page_up()
