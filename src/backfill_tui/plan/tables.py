"""Names of tables: when two of them, however each is written, mean one table. Pure."""

import re
from functools import lru_cache

_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_ASKED_ABOUT = 4096  # pairs of SQL and table: more than any plan has


def same_table(one: str | None, other: str | None, *, project: str | None = None) -> bool:
    """Whether two names mean one table, or may: `nba.t`, `` `Proj.nba.t` `` and `proj:nba.t` do.

    A name without a project is in `project`; where that is None it is not known in which, and it may be in any.
    None is what writes no table, and the same as nothing.
    """
    if one is None or other is None:
        return False
    (mine, table), (theirs, other_table) = _parts(one), _parts(other)
    default = _one_spelling(project) if project is not None else None
    projects = {mine or default, theirs or default}
    return table == other_table and (len(projects) == 1 or None in projects)


@lru_cache(_ASKED_ABOUT)  # asked at every look, of the same few words
def names_table(sql: str, table: str) -> bool:
    """Whether any name in the SQL means that table, or may. It is not parsed: one in a comment counts, too."""
    return any(same_table(name, table) for name in _NAME.findall(_one_spelling(sql)))


def in_project(name: str, project: str) -> str:
    """The name with its project: `project` where it gives none itself."""
    given, table = _parts(name)
    return f"{given or _one_spelling(project)}.{table}"


def without_project(name: str) -> str:
    """The name without its project, for a warehouse that knows none."""
    return _parts(name)[1]


def _parts(name: str) -> tuple[str | None, str]:
    """The project, None where the name gives none, and the rest.

    A project may have dots in its name, so that it is split off from the right.
    """
    *project, dataset, table = ["", *_one_spelling(name).rsplit(".", 2)][-3:]
    return (project[0] if project else None) or None, f"{dataset}.{table}"


def _one_spelling(name: str) -> str:
    """Two tables whose names differ only in case would be two to BigQuery, but hardly ever on purpose.

    To miss a writer costs more than to see one too many.
    """
    return name.replace("`", "").replace('"', "").replace(":", ".").strip().casefold()
