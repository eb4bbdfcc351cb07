"""Whatever happens to a log between two looks, every byte of it comes through, once and in order."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from backfill_tui.sources.tail import QUIET_S, Chunk, Tail


class LogHistory(RuleBasedStateMachine):
    """A log with its writer and whoever rotates it, and a tail that looks now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tail-"))
        self.path = self.folder / "job.log"
        self.writer = self.path.open("ab", buffering=0)
        self.late = False  # the file was renamed under the writer, who has not reopened it yet
        self.looked = False  # the tail has opened the file that is at the path now
        self.lines = 0
        self.written = b""
        self.now = 0.0
        self.tail = Tail(self.path)
        self.chunks: list[Chunk] = self.tail.poll(
            now=self.now
        )  # what is rotated away before the first look is history

    def teardown(self) -> None:
        for _ in range(3):  # a catching up, and what waited for files to be quiet
            self.now += QUIET_S
            self.chunks += self.tail.poll(now=self.now)
        read = b"".join(chunk.body for chunk in self.chunks)
        self.tail.close()
        self.writer.close()
        shutil.rmtree(self.folder)
        assert read == self.written

    def reopen_writer(self) -> None:
        self.writer.close()
        self.writer = self.path.open("ab", buffering=0)
        self.late = False

    def shift_backups(self) -> None:
        for number in range(50, 0, -1):
            backup = self.folder / f"job.log.{number}"
            if backup.exists():
                backup.rename(self.folder / f"job.log.{number + 1}")

    @rule(text=st.binary(max_size=80), copies=st.sampled_from([1, 1, 1, 40]))
    def append(self, text: bytes, copies: int) -> None:
        self.lines += 1
        body = f"{self.lines:07d} a line of the job ".encode() + text * copies + b"\n"
        self.writer.write(body)
        self.written += body

    @rule(budget=st.sampled_from([1, 7, 100, 1 << 20]), seconds=st.sampled_from([0.0, QUIET_S / 2, QUIET_S]))
    def poll(self, budget: int, seconds: float) -> None:
        self.now += seconds
        fresh = self.tail.poll(budget, now=self.now)
        assert sum(len(chunk.body) for chunk in fresh) <= budget
        self.chunks += fresh
        self.looked = True

    @precondition(lambda self: not self.late)
    @rule(reopens=st.booleans())
    def rotate_by_renaming(self, reopens: bool) -> None:
        self.shift_backups()
        self.path.rename(self.folder / "job.log.1")
        self.path.touch()
        # A writer may be late only in a file that the tail holds: of another, what comes later is out of sight.
        self.late, reopens, self.looked = True, reopens or not self.looked, False
        if reopens:
            self.reopen_writer()

    @precondition(lambda self: self.late)
    @rule()
    def reopen_after_renaming(self) -> None:
        self.reopen_writer()

    @precondition(lambda self: not self.late)
    @rule()
    def rotate_by_copying(self) -> None:
        self.shift_backups()
        shutil.copyfile(self.path, self.folder / "job.log.1")
        self.writer.truncate(0)

    @precondition(lambda self: not self.late)
    @rule()
    def replace_by_the_same_content(self) -> None:
        whole = self.folder / "tmp"
        shutil.copyfile(self.path, whole)
        whole.rename(self.path)
        self.looked = False
        self.reopen_writer()

    @precondition(lambda self: self.looked and not self.late)
    @rule()
    def delete_and_create(self) -> None:
        self.path.unlink()
        self.looked = False
        self.reopen_writer()

    @invariant()
    def offsets_go_on_within_a_generation(self) -> None:
        for before, after in zip(self.chunks, self.chunks[1:], strict=False):
            if after.generation == before.generation:
                assert after.offset == before.offset + len(before.body)
            else:
                assert after.generation > before.generation
                assert after.offset == 0


class TestEveryHistory:
    def test_no_byte_is_lost_or_read_twice(self) -> None:
        run_state_machine_as_test(
            LogHistory, settings=settings(max_examples=80, stateful_step_count=25, deadline=None)
        )

    @pytest.mark.long
    def test_no_byte_is_lost_or_read_twice_in_thousands_of_histories(self) -> None:
        run_state_machine_as_test(
            LogHistory, settings=settings(max_examples=1500, stateful_step_count=40, deadline=None)
        )
