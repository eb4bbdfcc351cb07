"""One plan's file in the registry: its form, and how it is read and replaced. Who may write it, others know."""

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from backfill_tui.control.launch.claim import Claim, Coming, Ended
from backfill_tui.errors import BackfillError
from backfill_tui.sources.presence import Identity

VERSION: Final = 1
"""Of the files' form; a file of a newer one is not understood, and that is said."""

TODO = "See its permissions and its disk, or set XDG_STATE_HOME to a folder that can be written."


class RegistryError(BackfillError):
    """The registry can't be read, written or locked: whether other plans write a table can't be told."""

    exit_code = 3


class GarbledError(RegistryError):
    """A file is not as any version would have written it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A claim and the process that made it; while the claim knows no process of its own, it lives with that."""

    by: Identity
    claim: Claim


@dataclass(frozen=True, slots=True)
class Record:
    """All that a plan tells, by whichever of its processes."""

    claims: tuple[Kept, ...] = ()
    coming: tuple[Coming, ...] = ()
    ended: tuple[Ended, ...] = ()
    version: Literal[1] = VERSION

    @property
    def is_empty(self) -> bool:
        """Whether it tells nothing."""
        return not (self.claims or self.coming or self.ended)


def read(path: Path) -> Record:
    """What the file tells; nothing if there is none. Raises RegistryError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Record()
    except OSError as error:
        raise failed("it can't be read", path, error) from error
    try:
        return _form().validate_json(content)
    except ValidationError as error:
        raise _not_understood(path, content) from error


def replace(path: Path, record: Record) -> None:
    """Put a record in its place, whole; an empty one is no file. Only for who has the registry's lock.

    Raises OSError, and RegistryError for what can't be written as text.
    """
    if record.is_empty:
        path.unlink(missing_ok=True)
        return
    try:
        content = _form().dump_json(record, indent=1)
    except ValueError as error:  # bytes of a path that are no UTF-8
        raise RegistryError(
            "it can't tell of paths that are not UTF-8.", where=path, todo="Rename the plan's folder."
        ) from error
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)  # half a file after a power failure would be an unknown that closes gates
    part.replace(path)


def failed(what: str, path: Path, error: OSError) -> RegistryError:
    """An error of the system, as a sentence."""
    return RegistryError(f"{what} ({error.strerror or error}).", where=path, todo=TODO)


@cache
def _form() -> TypeAdapter[Record]:
    return TypeAdapter(Record)


def _not_understood(path: Path, content: bytes) -> RegistryError:
    try:
        version = json.loads(content).get("version")
    except (ValueError, AttributeError, RecursionError):
        version = None
    if isinstance(version, int) and version > VERSION:
        return RegistryError(
            f"was written by a newer version of backfill-tui (form {version}, this one has {VERSION}).",
            where=path,
            todo="Use that version for all plans of this user.",
        )
    return GarbledError(
        "is not as it was written, so what that plan writes can't be told.",
        where=path,
        todo="Remove it; its plan makes it anew when it is looked at.",
    )
