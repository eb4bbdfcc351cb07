"""One tree of exceptions. Each carries what happened, where, and what to do; the command line prints just that."""

from pathlib import Path


class BackfillError(Exception):
    """The root of everything this package raises on purpose.

    `exit_code` is what the command line ends with (CONTRACT: exit codes).
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | Path | None = None, todo: str | None = None) -> None:
        self.what = what
        self.where = str(where) if where is not None else None
        self.todo = todo
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.todo}" if self.todo else ""
        return f"{place}{self.what}{advice}"


def in_words(error: Exception) -> str:
    """What an error says; of one that is a mistake of ours, its kind too, so that it can be reported."""
    return str(error) if isinstance(error, BackfillError) else f"{type(error).__name__}: {error}"


class UsageError(BackfillError):
    """The command line's words are off."""

    exit_code = 64


class PlanError(BackfillError):
    """The plan file can't be used. `problems` has every one of them, in the order of the file."""

    exit_code = 78

    def __init__(
        self,
        what: str,
        *,
        where: str | Path | None = None,
        todo: str | None = None,
        problems: tuple[str, ...] = (),
    ) -> None:
        self.problems = problems
        super().__init__(what, where=where, todo=todo)


class DialectError(BackfillError):
    """A dialect can't be used: a pattern that does not compile, names an unknown field, or could blow up."""

    exit_code = 78


class SourceError(BackfillError):
    """A file or process can't be read; what it would have told is unknown."""

    exit_code = 3
