"""Opening files that others write: regular ones only, never blocking, with a sentence for what is in the way.

Nothing here remembers anything between two calls.
"""

import os
import stat
from pathlib import Path

from backfill_tui.errors import SourceError

Inode = tuple[int, int]
"""Device and inode number: which file it is, whatever its name is at the moment."""


ABSENT = "There is no such file."
"""What is said of a file that is not there, or not yet."""


def inode_of(seen: os.stat_result) -> Inode:
    """Which file a stat result speaks of."""
    return (seen.st_dev, seen.st_ino)


def obstacle(error: OSError | ValueError) -> str:
    """Why a file can't be read, as a sentence without its path."""
    match error:
        case FileNotFoundError():
            return ABSENT
        case PermissionError():
            return "Permission denied: this user may not read it."
        case NotADirectoryError():
            return "A part of its path is not a directory."
        case IsADirectoryError():
            return "It is a directory, not a file."
        case ValueError():  # a NUL in it, or text that has no bytes
            return "Its name can't be one of a file."
        case _:
            return f"It can't be read: {error.strerror or error}."


def kind_obstacle(mode: int) -> str:
    """Why a file of this mode is not one to follow, as a sentence; empty for a regular file."""
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "It is a directory, not a file."
    kinds = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    return f"It is {kinds.get(stat.S_IFMT(mode), 'something else')}, not a regular file."


def read_at(descriptor: int, limit: int, offset: int) -> bytes:
    """Up to `limit` bytes of an open file from an offset.

    Raises SourceError with a sentence when the medium fails, or a server has forgotten the file.
    """
    try:
        return os.pread(descriptor, limit, offset)
    except OSError as error:
        raise SourceError(obstacle(error)) from error


def open_regular(path: Path) -> tuple[int, os.stat_result]:
    """A descriptor for reading and what it is of. The caller closes it.

    Opening never waits: a pipe without a writer is refused like every other file that is not regular.
    Raises SourceError with a sentence.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise SourceError(obstacle(error), where=path) from error
    try:
        seen = os.fstat(descriptor)
        why = kind_obstacle(seen.st_mode)
    except OSError as error:
        os.close(descriptor)
        raise SourceError(obstacle(error), where=path) from error
    if why:
        os.close(descriptor)
        raise SourceError(why, where=path)
    return descriptor, seen
