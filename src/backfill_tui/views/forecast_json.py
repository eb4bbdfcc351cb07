"""What is forecast of the night as JSON: a phase's prospect and timeline, the deadline, the record of ranges."""

from datetime import tzinfo

from backfill_tui.control.model import Timeline
from backfill_tui.progress.calibration import Record
from backfill_tui.progress.prospect import DeadlineProspect, Moments, Prospect
from backfill_tui.views.contract import Json, moment


def prospect(seen: Prospect | None, zone: tzinfo) -> Json | None:
    """A phase within the night: quantiles of start and finish, what they rest on, and what the night waits for."""
    if seen is None:
        return None
    return {
        "start": moments(seen.start, zone),
        "finish": moments(seen.finish, zone),
        "basis": seen.basis,
        "calibrated": seen.calibrated,
        "calibrated_by": seen.calibrated_by or None,
        "frozen": seen.frozen,
        "slack_s": slack_s(seen),
        "criticality": None if seen.criticality is None else round(seen.criticality, 3),
    }


def slack_s(seen: Prospect | None) -> float | None:
    """How much the phase may slip before the night does, in seconds."""
    return None if seen is None or seen.slack_s is None else round(seen.slack_s, 1)


def moments(quantiles: Moments | None, zone: tzinfo) -> Json | None:
    """Three quantiles of a moment."""
    if quantiles is None:
        return None
    return {name: moment(getattr(quantiles, name), zone) for name in ("p10", "p50", "p90")}


def timeline(seen: Timeline | None, zone: tzinfo) -> Json | None:
    """The plan's expectation against the forecast, or against what happened."""
    if seen is None:
        return None
    return {
        "expected_start": moment(seen.expected_start, zone),
        "expected_finish": moment(seen.expected_finish, zone),
        "delta_s": seen.delta_s,
        "changed_s": seen.changed_s,
        "assessment": seen.assessment,
    }


def deadline(due: DeadlineProspect | None, zone: tzinfo) -> Json | None:
    """The deadline, and how likely it is met."""
    if due is None:
        return None
    return {
        "phase": due.phase,
        "by": moment(due.by, zone),
        "probability": due.probability,
        "calibrated": due.calibrated,
        "of": "start" if due.of_start else "finish",
        "moment": moments(due.moment, zone),
        "frozen": due.frozen,
        "lacking": list(due.lacking),
    }


def record(kept: Record) -> Json | None:
    """How the last ranges shown have held; None while none has come to its end."""
    return {"held": kept.held, "of": kept.of} if kept.of else None
