"""Another user, to see what permissions do: root, who runs tests in containers, may do everything."""

import json
import os
from collections.abc import Callable, Iterable

import pytest

from backfill_tui.engine.diagnosis.finding import Finding, Level

NOBODY = 65534


def seen_by_nobody(look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What is found by a fork of this process that has become nobody; skips where there is no root to become it."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    tuple(look())  # what is imported on use lies where nobody may not look
    hear, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            found = [(one.area, one.level, one.said, one.mend) for one in look()]
            os.write(tell, json.dumps(found).encode())
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(hear, "rb") as reports:
        report = reports.read()
    os.waitpid(pid, 0)
    return [Finding(area, Level(level), said, mend) for area, level, said, mend in json.loads(report)]
