"""Following one path, promise by promise; every interleaving of them is in test_tail_histories."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from operator import attrgetter
from pathlib import Path

import pytest

from backfill_tui.sources.tail import DELETED_S, QUIET_S, Chunk, Tail

LONG_AFTER = count(time.monotonic() + 1e6, 1000.0)  # a clock on which every wait is over at the next poll

LINE = b"2026-01-03 17:20:00,123 - INFO - Processing day 1/1537: 2021-10-19\n"
OTHER = b"2026-01-03 18:00:00,456 - INFO - Will process 944 days from 2021-10-01\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "job.log"


def append(path: Path, body: bytes) -> None:
    with path.open("ab") as file:
        file.write(body)


def drained(tail: Tail) -> bytes:
    """All that comes through until nothing more can come."""
    return b"".join(chunk.body for _ in range(5) for chunk in tail.poll(now=next(LONG_AFTER)))


def test_appended_bytes_come_once_with_their_offsets(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    assert tail.poll() == [Chunk(0, LINE, 0)]
    assert tail.poll() == []
    append(log, OTHER)
    assert tail.poll() == [Chunk(len(LINE), OTHER, 0)]
    assert tail.at_end


def test_a_poll_reads_no_more_than_its_budget(log: Path) -> None:
    log.write_bytes(LINE * 100)
    tail = Tail(log)
    assert [len(chunk.body) for chunk in tail.poll(100)] == [100]
    assert (tail.at_end, tail.fraction) == (False, 1 / len(LINE))
    assert drained(tail) == (LINE * 100)[100:]
    assert (tail.at_end, tail.fraction) == (True, 1.0)


def test_a_hole_of_a_gigabyte_of_nuls_comes_in_bounded_pieces(log: Path) -> None:
    with log.open("wb") as file:
        file.truncate(1 << 30)
    tail = Tail(log)
    assert [len(chunk.body) for chunk in tail.poll()] == [4 << 20]


def test_a_missing_file_is_said_and_found_as_soon_as_it_appears(log: Path) -> None:
    tail = Tail(log)
    assert tail.poll() == []
    assert not tail.status.exists
    assert tail.status.note == "There is no such file."
    assert tail.fraction is None
    append(log, LINE)
    assert tail.poll() == [Chunk(0, LINE, 0)]
    assert tail.status.note == ""


def test_an_unchanged_file_is_neither_opened_nor_read(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()

    def forbidden(*_args: object) -> bytes:
        raise AssertionError("an unchanged file was touched")

    for call in ("open", "pread", "fstat", "scandir"):
        monkeypatch.setattr(os, call, forbidden)
    assert tail.poll() == []


def test_a_tick_over_twenty_unchanged_files_is_under_a_millisecond(tmp_path: Path) -> None:
    tails = []
    for number in range(20):
        path = tmp_path / f"{number}.log"
        path.write_bytes(LINE)
        tails.append(Tail(path))
        tails[-1].poll()
    best = 1.0
    for _ in range(50):
        begun = time.perf_counter()
        for tail in tails:
            tail.poll()
        best = min(best, time.perf_counter() - begun)
    assert best < 0.001


def test_rotation_reads_the_rest_of_the_old_file_first(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    append(log, LINE)
    log.rename(log.with_name("job.log.1"))
    append(log, OTHER)
    assert tail.poll() == [Chunk(len(LINE), LINE, 0)]
    assert drained(tail) == OTHER
    assert tail.status.generation == 1


def test_a_writer_that_has_not_noticed_the_rotation_is_still_followed(log: Path) -> None:
    with log.open("ab", buffering=0) as writer:
        tail = Tail(log)
        tail.poll()
        writer.write(LINE)
        log.rename(log.with_name("job.log.1"))
        log.touch()
        for minute in range(10):
            tail.poll(now=time.monotonic() + 60 * minute)
        assert tail.at_end
        writer.write(OTHER)
        assert tail.poll() == [Chunk(len(LINE), OTHER, 0)]


def test_lines_that_come_to_a_renamed_file_after_its_successors_first_are_read_before_it(log: Path) -> None:
    with log.open("ab", buffering=0) as late:
        late.write(LINE)
        tail = Tail(log)
        tail.poll(now=0.0)
        log.rename(log.with_name("job.log.1"))
        append(log, OTHER)
        assert [tail.poll(now=90.0) for _ in range(1000)] == [[]] * 1000
        late.write(LINE)
        assert tail.poll(now=91.0) == [Chunk(len(LINE), LINE, 0)]
        assert tail.poll(now=91.0 + QUIET_S - 0.1) == []
        assert tail.poll(now=91.0 + QUIET_S) == [Chunk(0, OTHER, 1)]


def test_what_waits_for_a_rotated_file_to_be_quiet_is_not_asked_for_at_once(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll(now=0.0)
    log.rename(log.with_name("job.log.1"))
    append(log, OTHER * 2)
    tail.poll(now=1.0)
    assert tail.at_end
    tail.poll(len(OTHER), now=1.0 + QUIET_S)
    assert not tail.at_end


def test_a_log_rotated_faster_than_its_files_fall_quiet_is_kept_up_with(log: Path) -> None:
    tail = Tail(log)
    tail.poll(now=0.0)
    for second in range(20):
        append(log, b"%d " % second + LINE)
        tail.poll(now=second)
        log.rename(log.with_name(f"job.log.{100 - second}"))
    append(log, OTHER)
    assert tail.poll(now=20.0)[-1].body.startswith(b"18 ")


def test_a_file_renamed_away_is_followed_until_another_takes_its_place(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    moved = log.with_name("job.log.1")
    log.rename(moved)
    append(moved, OTHER)
    assert tail.poll() == [Chunk(len(LINE), OTHER, 0)]
    assert not tail.status.exists


def test_truncation_without_a_copy_begins_again_and_says_what_may_be_lost(log: Path) -> None:
    append(log, LINE * 3)
    tail = Tail(log)
    tail.poll()
    log.write_bytes(OTHER)
    assert tail.poll() == [Chunk(0, OTHER, 1)]
    assert "may have been lost" in tail.status.note


def test_copytruncate_loses_nothing_that_is_in_the_copy(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    append(log, LINE)
    shutil.copyfile(log, log.with_name("job.log.1"))
    log.write_bytes(OTHER)
    assert tail.poll() == [Chunk(len(LINE), LINE, 0), Chunk(0, OTHER, 1)]
    assert tail.status.note == ""


def test_a_file_cut_and_grown_beyond_our_position_is_noticed(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    log.write_bytes(OTHER * 50)
    assert tail.poll() == [Chunk(0, OTHER * 50, 1)]


def test_a_change_of_the_bytes_before_our_position_is_noticed_at_the_same_size(log: Path) -> None:
    head = LINE * 40
    append(log, head + LINE)
    tail = Tail(log)
    tail.poll()
    changed = head + LINE.replace(b"INFO", b"WARN")
    log.write_bytes(changed)
    os.utime(log, ns=(1, 1))
    assert tail.poll() == [Chunk(0, changed, 1)]


def test_a_touched_file_is_not_read_again(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    os.utime(log, ns=(1, 1))
    assert tail.poll() == []
    assert tail.status.generation == 0


def test_a_replacement_with_the_same_content_goes_on_without_reading_again(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    synced = log.with_name(".job.log.partial")
    synced.write_bytes(LINE + OTHER)
    synced.rename(log)
    assert tail.poll() == [Chunk(len(LINE), OTHER, 0)]


def test_a_replacement_with_other_content_is_a_rotation(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    fresh = log.with_name("fresh")
    fresh.write_bytes(OTHER * 2)
    fresh.rename(log)
    assert drained(tail) == OTHER * 2
    assert tail.status.generation == 1


def test_alike_files_are_not_taken_for_one_when_the_first_was_only_renamed(log: Path) -> None:
    append(log, b"begin\n")
    tail = Tail(log)
    tail.poll()
    log.rename(log.with_name("job.log.1"))
    append(log, b"begin\n")
    assert drained(tail) == b"begin\n"


def test_several_rotations_between_two_looks_lose_nothing(log: Path) -> None:
    tail = Tail(log)
    tail.poll()
    bodies = [b"%d " % number + LINE for number in range(4)]
    for number, body in enumerate(bodies):
        append(log, body)
        log.rename(log.with_name(f"job.log.2026-01-0{number + 1}"))
    append(log, OTHER)
    assert b"".join(drained(tail) for _ in range(5)) == b"".join(bodies) + OTHER


def test_lines_that_came_to_a_rotated_file_after_it_was_left_are_read_at_the_next_rotation(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    rotated = log.with_name("job.log.1")
    log.rename(rotated)
    append(log, OTHER)
    assert drained(tail) == OTHER
    append(rotated, b"late\n")
    rotated.rename(log.with_name("job.log.2"))
    log.rename(rotated)
    append(log, LINE)
    assert sorted(drained(tail).splitlines()) == [LINE.strip(), b"late"]


def test_rotated_files_from_before_the_first_look_are_not_read(log: Path) -> None:
    append(log.with_name("job.log.1"), LINE)
    append(log, OTHER)
    assert drained(Tail(log)) == OTHER


def test_deletion_and_reappearance_with_other_content(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    log.unlink()
    assert tail.poll() == []
    assert tail.status.note == "There is no such file."
    append(log, OTHER)
    assert drained(tail) == OTHER
    assert tail.status.generation == 1


@pytest.mark.parametrize(("again", "read", "generation"), [(LINE + OTHER, OTHER, 0), (OTHER, OTHER, 1)])
def test_a_deleted_file_is_let_go_at_last_and_recognised_later(
    log: Path, again: bytes, read: bytes, generation: int
) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    log.unlink()
    for now in (0.0, 0.0, DELETED_S - 0.1):
        assert tail.poll(now=now) == []
        assert tail.status.inode is not None
    assert tail.poll(now=DELETED_S) == []
    assert tail.status.inode is None
    append(log, again)
    assert drained(tail) == read
    assert tail.status.generation == generation


def test_the_end_is_read_first_without_moving_the_position(log: Path) -> None:
    append(log, LINE + OTHER)
    tail = Tail(log)
    assert tail.read_end(len(OTHER)) == Chunk(len(LINE), OTHER, 0)
    assert tail.read_end(1 << 20) == Chunk(0, LINE + OTHER, 0)
    assert tail.poll() == [Chunk(0, LINE + OTHER, 0)]


def test_the_end_of_a_missing_file_is_none(log: Path) -> None:
    assert Tail(log).read_end(100) is None


def test_a_directory_is_refused_with_a_sentence(tmp_path: Path) -> None:
    tail = Tail(tmp_path)
    assert tail.poll() == []
    assert tail.status.note == "It is a directory, not a file."


def test_a_pipe_without_a_writer_does_not_block(log: Path) -> None:
    os.mkfifo(log)
    tail = Tail(log)
    assert tail.poll() == []
    assert tail.status.note == "It is a pipe, not a regular file."


def test_a_device_is_refused() -> None:
    tail = Tail("/dev/zero")
    assert tail.poll() == []
    assert "device" in tail.status.note


def test_a_name_that_no_file_can_have_is_refused() -> None:
    for name in ("a\0b", "x" * 5000):
        tail = Tail(name)
        assert tail.poll() == []
        assert tail.status.note


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything; nobody may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_forbidden_file_is_said_and_read_once_allowed(log: Path) -> None:
    append(log, LINE)
    for folder in (log.parent, log.parent.parent, log.parent.parent.parent):
        folder.chmod(0o755)
    log.chmod(0)
    tail = Tail(log)
    with as_nobody():
        assert tail.poll() == []
        assert tail.status.note == "Permission denied: this user may not read it."
    log.chmod(0o644)
    assert tail.poll() == [Chunk(0, LINE, 0)]


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE])
def test_a_file_that_fails_to_be_read_is_said_and_goes_on_where_it_was(
    log: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll()
    append(log, OTHER)

    def failing(*_args: object) -> bytes:
        raise OSError(number, os.strerror(number))

    for calls in (("pread",), ("pread", "fstat")):
        with monkeypatch.context() as patch:
            for call in calls:
                patch.setattr(os, call, failing)
            for _ in range(3):
                assert tail.poll() == []
                assert tail.read_end(100) is None
                assert os.strerror(number) in tail.status.note
                assert (tail.at_end, tail.status.exists) == (True, False)
    assert tail.poll() == [Chunk(len(LINE), OTHER, 0)]
    assert (tail.status.note, tail.status.exists) == ("", True)


def test_a_rotated_file_that_fails_to_be_read_does_not_hold_back_its_successor_for_ever(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(log, LINE)
    tail = Tail(log)
    tail.poll(now=0.0)
    (stale,), pread = (
        {int(name) for name in map(attrgetter("name"), Path("/proc/self/fd").iterdir()) if leads_to(name, log)},
        os.pread,
    )

    def failing(descriptor: int, limit: int, offset: int) -> bytes:
        if descriptor == stale:
            raise OSError(errno.ESTALE, "stale file handle")
        return pread(descriptor, limit, offset)

    monkeypatch.setattr(os, "pread", failing)
    log.unlink()
    append(log, OTHER)
    assert tail.poll(now=1.0) == []
    assert "stale" in tail.status.note
    tail.poll(now=1.0 + QUIET_S)
    assert tail.poll(now=1.0 + QUIET_S) == [Chunk(0, OTHER, 1)]
    assert "could not be read to its end" in tail.status.note


def leads_to(name: str, path: Path) -> bool:
    link = Path("/proc/self/fd", name)
    return link.exists() and link.samefile(path)


def test_what_was_read_before_a_failure_is_not_lost_with_it(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(log, LINE)
    tail = Tail(log)
    read: list[int] = []
    pread = os.pread

    def failing_behind(descriptor: int, limit: int, offset: int) -> bytes:
        if read and offset == len(LINE):
            raise OSError(errno.EIO, "a bad block")
        read.append(offset)
        return pread(descriptor, limit, offset)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", failing_behind)
        assert tail.poll() == [Chunk(0, LINE, 0)]
        assert "bad block" in tail.status.note
    append(log, OTHER)
    assert tail.poll() == [Chunk(len(LINE), OTHER, 0)]


def test_a_real_file_that_gives_an_input_output_error_is_said() -> None:
    tail = Tail("/proc/self/mem")
    assert tail.poll() == []
    assert "Input/output error" in tail.status.note


def test_a_pinned_tail_stays_with_its_file(log: Path) -> None:
    append(log, LINE)
    tail = Tail(log, pinned=True)
    tail.poll()
    moved = log.with_name("job.log.1")
    log.rename(moved)
    append(log, OTHER)
    append(moved, LINE)
    assert drained(tail) == LINE
