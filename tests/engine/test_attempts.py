"""What a plan under watch makes of its launches."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psutil

from backfill_tui.control.attempt import Stage
from backfill_tui.control.ledger import Ledger
from backfill_tui.control.model import PhaseState
from backfill_tui.control.order import run_order
from backfill_tui.engine.plans import open_plan
from backfill_tui.engine.watch import PlanWatch
from backfill_tui.sources.process_table import identity_of

PLAN = "plan: small\nphases:\n  p: {command: ['true']}\n"


def test_a_process_that_never_became_the_command_is_not_the_phases(tmp_path: Path) -> None:
    (tmp_path / "backfill.yaml").write_text(PLAN)
    now = datetime.now(UTC)
    opened = open_plan(tmp_path / "backfill.yaml", now=now, environ={})
    with closing(Ledger.open(opened.plan.state_dir)) as ledger:
        watch = PlanWatch(opened, ledger)
        attempt = ledger.attempts.intend(
            run_order(opened.plan.phase("p")),
            number=1,
            asked_by="command",
            person="p",
            override=None,
            gate=(),
            at=now,
        )
        here = identity_of(psutil.Process())
        attempt = ledger.attempts.advance(attempt, to=Stage.RUNNING, identity=here, started_at=now)
        assert watch.look().phase("p").process.identity is not None
        ledger.attempts.advance(attempt, to=Stage.NOT_STARTED, note="It is no program.")
        for one in (watch, PlanWatch(opened, ledger)):
            view = one.look().phase("p")
            assert view.process.identity is None
            assert view.state is PhaseState.READY
            one.close()
