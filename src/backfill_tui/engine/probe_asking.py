"""One probe, asked: its program is run, its address fetched, its query put to the warehouse. Blocks."""

from pathlib import Path

from backfill_tui.checks.asker import Asker
from backfill_tui.checks.http_status import NoStatusError, host_of, http_status
from backfill_tui.checks.model import Reason
from backfill_tui.checks.program import run_program, why_not_started
from backfill_tui.checks.warehouse import AskError, Question, Stop, Warehouse
from backfill_tui.control.probes import NO_ROWS, ProbeAnswer, of_cell, of_exit, of_silence, of_status
from backfill_tui.plan.resolved import Probe


def ask_probe(probe: Probe, folder: Path, warehouse: Warehouse | None, stop: Stop) -> ProbeAnswer | None:
    """What a probe finds, its program run from `folder`; None: somebody wanted it to stop.

    Never raises for what a program, a server or a warehouse does.
    """
    try:
        if probe.run is not None:
            answer = _of_program(probe, probe.run, folder, stop)
        elif probe.http is not None:
            answer = _of_address(probe, probe.http, stop)
        else:
            answer = _of_query(probe, probe.sql or "", warehouse, stop)
    except AskError as error:
        answer = of_silence(probe.timeout_s) if error.reason is Reason.TIMED_OUT else ProbeAnswer(None, str(error))
    except Exception as error:  # noqa: BLE001 - a light that breaks must not go on showing what was well before
        answer = ProbeAnswer(
            None, f"asking broke ({type(error).__name__})"
        )  # no more: its words may hold an address
    return None if stop.requested else answer


def _of_program(probe: Probe, argv: tuple[str, ...], folder: Path, stop: Stop) -> ProbeAnswer:
    try:
        ended = run_program(argv, folder, probe.timeout_s, stop)
    except (OSError, ValueError) as error:
        return ProbeAnswer(None, f"{argv[0]} {why_not_started(error)}")
    return of_silence(probe.timeout_s) if ended.code is None else of_exit(ended.code, ended.clause)


def _of_address(probe: Probe, address: str, stop: Stop) -> ProbeAnswer:
    redirects = 300 <= probe.status < 400
    try:
        status = http_status(address, timeout_s=probe.timeout_s, stop=stop, follow=not redirects)
    except NoStatusError as error:
        return ProbeAnswer(False if error.told else None, f"{host_of(address)}: {error}")
    return of_status(status, probe.status)


def _of_query(probe: Probe, sql: str, warehouse: Warehouse | None, stop: Stop) -> ProbeAnswer:
    asker = Asker(warehouse, stop)
    question = Question(sql, None, probe.timeout_s, rows_at_most=1, labels={"probe": probe.name})
    answer = asker.ask(question, asker.estimate(question))
    return of_cell(answer.rows[0][0], probe.bound) if answer.rows and answer.rows[0] else NO_ROWS
