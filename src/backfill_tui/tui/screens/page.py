"""What all pages share: they show the newest snapshot, and a footer that follows the focus."""

from datetime import timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantBlur, DescendantFocus, Mount, Resize, ScreenResume, Unmount
from textual.screen import Screen

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.tui.actions import Scope, bindings
from backfill_tui.tui.widgets.footer import Footer
from backfill_tui.tui.widgets.painted import TONES, Lines
from backfill_tui.views.spans import Tone, one, plain

_STALE = timedelta(seconds=10)


class Page(Screen[None]):
    """A full screen that shows snapshots."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Scope.PAGE)]
    COMPONENT_CLASSES: ClassVar[set[str]] = TONES
    SCOPE: ClassVar[Scope]

    def __init__(self) -> None:
        super().__init__()
        self.snapshot: Snapshot | None = None
        self.stale: timedelta | None = None
        self._notice = ""  # what the app has to say, on every page
        self._remark = ""  # what the page has to say of itself
        self._composed = False

    @property
    def ready(self) -> bool:
        """Whether all its widgets are there. A page is in the stack before they are, and loses them once it is not.

        Until then what it is handed is kept, and shown by `catch_up`.
        """
        return self._composed and self in self.app.screen_stack

    def compose(self) -> ComposeResult:
        """The frame of every page: header, notice, body, footer."""
        yield Lines(id="header")
        yield Lines(id="notice", classes="-gone")
        yield from self.compose_body()
        yield Footer(id="footer")

    def compose_body(self) -> ComposeResult:
        """What stands between header and footer."""
        raise NotImplementedError

    def render_snapshot(self, snapshot: Snapshot) -> None:
        """Show a snapshot in every widget of the page."""
        raise NotImplementedError

    def render_header(self, snapshot: Snapshot, room: int) -> None:
        """Write the header in `room` cells."""
        raise NotImplementedError

    def scopes(self) -> tuple[Scope, ...]:
        """Where the page's own actions are at home, innermost first."""
        return (self.SCOPE, Scope.PAGE)

    def at_home(self) -> set[Scope]:
        """Where everything that can be done on the page is at home: its own scopes, and those of what it shows."""
        shown = (getattr(widget, "SCOPE", None) for widget in self.query("*") if widget.display)
        return {*self.scopes(), *(scope for scope in shown if isinstance(scope, Scope))}

    def turn_to(self, phase: str) -> None:
        """Show another phase of the snapshot, chosen by its number."""

    # What the app hands over

    def apply(self, snapshot: Snapshot) -> None:
        """Show a snapshot, in one go."""
        self.snapshot = snapshot
        if not self.ready:
            return
        with self.app.batch_update():
            self.render_snapshot(snapshot)
            self.refresh_header()

    def warn(self, sentence: str) -> None:
        """Show a sentence of the app's under the header; an empty one takes it away."""
        self._notice = sentence
        self._tell()

    def remark(self, sentence: str) -> None:
        """Show a sentence of the page's own, whatever the app says; an empty one takes it away."""
        self._remark = sentence
        self._tell()

    def _tell(self) -> None:
        if not self.ready:
            return
        said = [one(f" {plain(sentence)}", Tone.WARN) for sentence in (self._notice, self._remark) if sentence]
        notice = self.query_one("#notice", Lines)
        notice.set_class(not said, "-gone")
        notice.show(said)

    def age(self, without_news: timedelta) -> None:
        """Say how long no snapshot has come, once that is long."""
        stale = without_news if without_news >= _STALE else None
        if stale != self.stale:
            self.stale = stale
            self.refresh_header()

    def refresh_header(self) -> None:
        """Write the header of the newest snapshot."""
        if not self.ready:
            return
        header = self.query_one("#header", Lines)
        if self.snapshot is None or not header.size.width:
            return
        for health in ("warning", "critical"):
            self.set_class(self.snapshot.health == health, f"-{health}")
        self.render_header(self.snapshot, header.size.width)

    # Events

    @on(Mount)
    def composed(self) -> None:
        """Textual mounts a page once every widget in it is mounted."""
        self._composed = True

    @on(Unmount)
    def gone(self) -> None:
        """Its widgets are gone."""
        self._composed = False

    @on(ScreenResume)
    def catch_up(self) -> None:
        """Show what came before the page was ready, or while another one was in front."""
        self._tell()
        if self.snapshot is not None:
            self.apply(self.snapshot)
        self.offer_keys()

    def on_resize(self, event: Resize) -> None:  # noqa: ARG002 - Textual's signature
        """The header is written for its width."""
        self.call_after_refresh(self.refresh_header)

    @on(DescendantFocus)
    @on(DescendantBlur)
    def offer_keys(self) -> None:
        """Let the footer follow the focus."""
        if not self.ready:
            return
        scope = getattr(self.focused, "SCOPE", None)
        inner = (scope,) if isinstance(scope, Scope) else ()
        around = () if scope is Scope.TYPING else (*self.scopes(), Scope.APP)  # what is typed is text, and no key
        self.query_one(Footer).offer(*inner, *around)

    # Keys

    def action_focus_next(self) -> None:
        """Go to the next panel."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Go to the panel before."""
        self.focus_previous()
