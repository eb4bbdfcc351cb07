"""Our own commands in sentences, with the plan's file where they would not find it by themselves."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from backfill_tui.control.model import Alert, Conflict
from backfill_tui.plan.resolved import Plan

USUAL = "backfill.yaml"

_OF_A_PLAN = re.compile(
    r"\bbackfill-tui (?:status|validate|launch|stop|retry|accept|run|report|notify test)(?![\w/-]|\.\w)"
    r"(?! (?:'?/|\S+\.ya?ml\b))"  # one that names a plan is of that plan
)


_STOP = re.compile(r"\bbackfill-tui stop ([A-Za-z0-9_](?:[\w.-]*[\w-])?)")


class OwnCommands:
    """Rules write `backfill-tui stop fix`, as it is typed in the plan's folder; whoever looks may be elsewhere."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """`folder` is the one in which whoever looks would type."""
        path = plan.path
        named = path != folder / USUAL and path.is_file()  # jobs that were found, or given by hand, have no file
        self._pids: dict[str, int] = {}
        self._filed = path.is_file()
        self._word = f" {shlex.quote(path.name if path.parent == folder else str(path))}" if named else ""

    def know(self, pids: Mapping[str, int]) -> None:
        """The processes that live, by phase: where no plan names a phase, its process is ended by its number."""
        self._pids = {} if self._filed else dict(pids)

    def text(self, sentence: str) -> str:
        """A sentence whose commands can be copied."""
        if self._pids:
            sentence = _STOP.sub(self._by_number, sentence)
        return _OF_A_PLAN.sub(lambda match: match.group() + self._word, sentence) if self._word else sentence

    def _by_number(self, command: re.Match[str]) -> str:
        pid = self._pids.get(command[1])
        return command[0] if pid is None else f"kill {pid}"

    def alert(self, alert: Alert) -> Alert:
        """An alert whose commands can be copied."""
        if not (self._word or self._pids):
            return alert
        return replace(alert, detail=self.text(alert.detail), action=self.text(alert.action))

    def conflict(self, conflict: Conflict) -> Conflict:
        """A conflict whose commands can be copied. Those of another plan's writer are of that plan."""
        if not (self._word or self._pids):
            return conflict
        first, second = (
            replace(one, stop=self.text(one.stop)) if one.plan is None else one for one in conflict.writers
        )
        restarters = tuple(map(self.text, conflict.restarters))
        return replace(conflict, writers=(first, second), restarters=restarters)
