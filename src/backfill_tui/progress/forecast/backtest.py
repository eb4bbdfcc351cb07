"""How forecasts would have done earlier in the same run, for a night that has no earlier ones to be judged by."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from statistics import quantiles

from backfill_tui.progress.calibration import Outcome
from backfill_tui.progress.forecast.fit import fit
from backfill_tui.progress.forecast.simulate import simulate
from backfill_tui.progress.forecast.situation import Situation
from backfill_tui.progress.forecast.worked import Took

CUTS = (0.2, 0.35, 0.5, 0.65, 0.8)
"""At which shares of the dates that are done it is asked how long the rest of them would take."""

LEAST_UNITS = 60
"""With fewer dates done there is nothing to look back on."""


def backtest(situation: Situation) -> list[Outcome]:
    """What forecasts of what is done by now would have said, and what it took. Takes the time of five forecasts."""
    took = situation.run.took
    if len(took) < LEAST_UNITS:
        return []
    found = []
    for cut in CUTS:
        at = int(cut * len(took))
        known = replace(situation, run=replace(situation.run, took=took[:at], in_flight=()), ahead=_days(took[at:]))
        learned = fit(known)
        if learned is None:
            continue
        said = quantiles(simulate(known, learned).ends_s.tolist(), n=10, method="inclusive")
        true_s = sum(one.seconds for one in took[at:]) / situation.run.workers
        held = said[0] <= true_s <= said[8]
        found.append(Outcome(f"after {cut:.0%}", cut, said[0], said[4], said[8], true_s, held))
    return found


def _days(took: Sequence[Took]) -> list[date | None]:
    return sorted((one.day for one in took), key=lambda day: day or date.max)
