"""What a phase that has not begun will take, from what its earlier runs took."""

from collections.abc import Mapping, Sequence
from datetime import date

from backfill_tui.progress.forecast.fit import fit
from backfill_tui.progress.forecast.luck import Array
from backfill_tui.progress.forecast.simulate import simulate
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Worked


def unstarted(
    days: Sequence[date | None],
    *,
    workers: int = 1,
    calendar: Mapping[date, float] | None = None,
    history: Sequence[Worked] = (),
) -> Array | None:
    """Futures of the seconds from its start to its end; None where no earlier run tells what dates cost.

    `days` are those that it will work, in the order of their turn.
    """
    situation = Situation(Worked(max(1, workers), ()), list(days), history=history, calendar=calendar)
    learned = fit(situation)
    return None if learned is None else simulate(situation, learned).ends_s
