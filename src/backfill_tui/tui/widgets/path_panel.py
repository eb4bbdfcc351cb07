"""The critical path as a chart. Its rows are made by views/gantt.py."""

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.tui.widgets.panels import Middle
from backfill_tui.views import gantt
from backfill_tui.views.spans import Line

_CORNERS = 6  # cells of the frame beside a title


class PathPanel(Middle):
    """How the phases lead to the deadline, in time; not there while nothing is forecast."""

    SHARE = 36  # percent: of seven phases none is left out on a screen of 36 lines

    def update(self, snapshot: Snapshot) -> None:
        """Show a snapshot's phases on their way."""
        something = gantt.worth_showing(snapshot)
        self.set_class(not something, "-gone")
        if not something:
            return

        def written(width: int) -> list[Line]:
            room = self.outer_size.width - _CORNERS
            self.entitle(gantt.title(snapshot, room), gantt.legend(snapshot, room))
            return gantt.lines(snapshot, width, self.most)

        self.write(written)
