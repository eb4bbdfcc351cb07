"""`report`: what became of a plan's phases, as Markdown or JSON; the final report once all of them are judged."""

import json
import sys
from pathlib import Path
from typing import Literal

from backfill_tui.control.result import EXIT_CODES
from backfill_tui.engine.ledgers import ledger_of
from backfill_tui.engine.plans import OpenedPlan
from backfill_tui.engine.reporting import gather, template_of, write_whole
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.views.report_json import as_json
from backfill_tui.views.report_markdown import render

Format = Literal["md", "json"]

PATIENCE_S = 120.0
"""How long a log may take to be read before the answer is given from what is known."""


def report(opened: OpenedPlan, *, fmt: Format, output: Path | None, template: Path | None) -> int:
    """Print the report, or write it to `output`. `template` takes the place of the plan's, which does of our own.

    Returns 0 while it is not final, since it could tell; then the verdict: 0 pass, 1 fail, 2 warnings, 3 unknown.
    Raises TemplateError (78) for a template that can't be used, BackfillError where `output` can't be written.
    """
    plan = opened.plan
    # What is wrong with a template is said before logs are read.
    path, source = template_of(plan, template) if fmt == "md" else (None, "")
    ledger, note = ledger_of(plan, read_only=True)
    watch = PlanWatch(opened, ledger, notes=(note,) if note else (), recordable=not note)
    try:
        snapshot = watch.look_whole(PATIENCE_S)
        made = gather(plan, ledger, snapshot)
    finally:
        watch.close()
        if ledger is not None:
            ledger.close()
    if fmt == "json":
        text = json.dumps(as_json(made, snapshot), ensure_ascii=False, indent=1) + "\n"
    else:
        text = render(made, source, str(path))
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        write_whole(output, text)
    return EXIT_CODES[made.verdict] if made.final else 0
