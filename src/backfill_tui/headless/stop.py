"""`stop`: the process of a phase and all that it started, asked to end; killed once that was confirmed too."""

from backfill_tui.control.offer import StopOffer
from backfill_tui.engine.bench import Bench, acting
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.headless.acts import DECLINED, allowed, given_reason, phase_of
from backfill_tui.headless.asking import narrate, put, put_json, said_yes, show, somebody_is_there
from backfill_tui.headless.interrupts import met_as_interrupts
from backfill_tui.views import formats
from backfill_tui.views.offers import grace_left_s
from backfill_tui.views.offers_text import offer_signal, stop_json, stop_lines
from backfill_tui.views.spans import plain

STILL_THERE = 1


def stop_phase(
    opened: OpenedPlan, phase: str, *, reason: str, yes: bool, json_wanted: bool, read_only: bool
) -> int:
    """Ask a phase's processes to end and wait their grace for it; 0 once they have, 1 while one is still there.

    Whoever sits at the terminal is asked before each signal, unless `yes`. Raises UsageError for a name that is no
    phase, BackfillError where nothing of it lives or the ledger can't be written.
    """
    allowed("stop", read_only=read_only)
    phase_of(opened.plan, phase)
    reason = given_reason("--reason", reason)
    asks = somebody_is_there() and not yes
    with met_as_interrupts(), acting(opened) as bench:
        return _Stop(bench, phase, reason, asks=asks, json_wanted=json_wanted).carry_out()


class _Stop:
    """One stop: SIGTERM, and SIGKILL after a second yes; or only that, if SIGTERM was sent long enough ago."""

    def __init__(self, bench: Bench, phase: str, reason: str, *, asks: bool, json_wanted: bool) -> None:
        self._bench = bench
        self._phase = phase
        self._reason = reason
        self._asks = asks
        self._json_wanted = json_wanted

    def carry_out(self) -> int:
        offer = self._bench.operator.offer_stop(self._phase)
        ended = self._taken(offer)
        if ended is None:
            narrate("nothing was stopped.")
            return DECLINED
        if not ended and self._asks and not offer.kill:
            offer, ended = self._killed(offer)
        return self._told(offer, ended=ended)

    def _taken(self, offer: StopOffer) -> bool | None:
        """Whether it ended; None where somebody said no."""
        seen = self._bench.newest
        left_s = grace_left_s(seen.facts[self._phase], seen.at)
        show(stop_lines(offer, left_s=left_s))
        again = " again" if left_s is not None and not offer.kill else ""
        if self._asks and not said_yes(f"Send {offer_signal(offer)}{again}?"):
            return None
        if not offer.kill:
            narrate(f"waiting {formats.duration(offer.grace_s)} at most for the end…")
        try:
            return self._bench.operator.stop(offer, reason=self._reason) == "ended"
        except KeyboardInterrupt:
            narrate(f"not waited for any longer; {offer_signal(offer)} may have been sent.")
            raise

    def _killed(self, heeded_not: StopOffer) -> tuple[StopOffer, bool]:
        """What was offered last, and whether it has ended: of SIGKILL, if that is said yes to as well."""
        if not self._bench.look().phase(self._phase).process.alive:
            return heeded_not, True
        offer = self._bench.operator.offer_stop(self._phase)
        ended = self._taken(offer)
        return (heeded_not, False) if ended is None else (offer, ended)

    def _told(self, offer: StopOffer, *, ended: bool) -> int:
        after = self._bench.look().phase(self._phase)
        error = "" if ended else _still_there(offer)
        result = "ended" if ended else "still_there"
        if self._json_wanted:
            put_json(stop_json(after, offer, reason=self._reason, result=result, error=error))
        else:
            pids = ", ".join(str(target.pid) for target in offer.targets)
            put(f"{plain(self._phase)} {'stopped' if ended else 'still there'} pid {pids}")
        if error:
            narrate(error)
        return 0 if ended else STILL_THERE


def _still_there(offer: StopOffer) -> str:
    if offer.kill:
        return (
            f"{offer.phase} is still there after SIGKILL: the kernel holds it, as a disk that does not answer can."
        )
    grace = formats.duration(offer.grace_s)
    return f"{offer.phase} has not ended in its grace of {grace}. The same command again sends SIGKILL."
