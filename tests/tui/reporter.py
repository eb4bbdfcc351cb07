"""A reporter in memory: it reports by our own template, and keeps what it is told to save."""

import asyncio
from pathlib import Path

from backfill_tui.engine.snapshot import Snapshot
from backfill_tui.plan.shipped import shipped
from backfill_tui.views.report import report_of
from backfill_tui.views.report_markdown import render

TEMPLATE = shipped("report.md.j2")


class FakeReporter:
    """Notes what it is asked. `failure` is raised by whatever is asked next."""

    def __init__(self) -> None:
        self.reported: list[Snapshot] = []
        self.saved: list[str] = []
        self.failure: Exception | None = None

    async def text(self, snapshot: Snapshot) -> str:
        self._may_fail()
        self.reported.append(snapshot)
        await asyncio.sleep(0)
        return render(report_of(snapshot), TEMPLATE.read_text(encoding="utf-8"), TEMPLATE.name)

    async def save(self, snapshot: Snapshot, text: str) -> Path:
        self._may_fail()
        self.saved.append(text)
        return Path(f"/srv/nba/report_{snapshot.plan}.md")

    def _may_fail(self) -> None:
        if self.failure is not None:
            raise self.failure
