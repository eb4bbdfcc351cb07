"""What pages about one phase share: the phase as the newest snapshot has it, and that it is gone where it is."""

from textual.events import Resize

from backfill_tui.engine.snapshot import PhaseView, Snapshot
from backfill_tui.tui.screens.page import Page

_TWO_COLUMNS = 100  # cells from which what tells more stands in a column of its own


class PhaseShown(Page):
    """A page about the phase of that name."""

    phase: str

    @property
    def view(self) -> PhaseView | None:
        """The phase as the newest snapshot has it; None if it is no longer there."""
        if self.snapshot is None:
            return None
        return next((v for v in self.snapshot.phases if v.name == self.phase), None)

    def on_resize(self, event: Resize) -> None:
        """One column or two."""
        self.set_class(event.size.width < _TWO_COLUMNS, "-narrow")
        super().on_resize(event)

    def render_snapshot(self, snapshot: Snapshot) -> None:
        """Show a snapshot's view of the phase; what was shown stays where there is none."""
        view = self.view
        self.remark("" if view is not None else f"{self.phase} is no longer in the plan.")
        if view is not None:
            self.render_view(snapshot, view)

    def render_view(self, snapshot: Snapshot, view: PhaseView) -> None:
        """Show the phase in every widget of the page."""
        raise NotImplementedError
