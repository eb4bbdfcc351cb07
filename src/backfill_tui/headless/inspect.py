"""`inspect`: read logs and checkpoints given by hand, print the account."""

import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from backfill_tui.engine.inspection import Question, Unreadable, inspect_files
from backfill_tui.sources.dialects.load import choose, own_dialects
from backfill_tui.views.inspection import as_json, as_lines

UNKNOWN = 3


def inspect(
    paths: Sequence[Path],
    *,
    as_of: datetime | None,
    history: Sequence[Path],
    timezone: ZoneInfo,
    explain: bool,
    json_wanted: bool,
) -> int:
    """Print what the files say, and with `explain` how they were read.

    0, or 3 if one of them could not be read or tells nothing.
    """
    dialects = choose("auto", own_dialects(Path(), os.environ))
    inspected = inspect_files(paths, Question(dialects, timezone, as_of, history, explain))
    if json_wanted:
        json.dump(as_json(inspected, timezone), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        for line in as_lines(inspected, timezone):
            sys.stdout.write(f"{line}\n")
    return UNKNOWN if any(isinstance(item, Unreadable) for item in inspected) else 0
