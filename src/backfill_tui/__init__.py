"""backfill-tui: watch, judge and drive long data backfills from a terminal."""

__version__ = "0.1.0"
