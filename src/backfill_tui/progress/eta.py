"""When will it be done: one function, `forecast`, from an account to quantiles of the finish."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Forecast:
    """Quantiles of the finish. Times are aware, remaining times in seconds."""

    finish_p10: datetime
    finish_p50: datetime
    finish_p90: datetime
    remaining_p10_s: float
    remaining_p50_s: float
    remaining_p90_s: float
    basis: str  # calendar | history | learned
    calibrated: bool = False
    frozen: bool = False  # made before a stall; it does not move until the job does
