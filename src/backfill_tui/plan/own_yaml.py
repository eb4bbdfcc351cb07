"""Reads a YAML file of the user's own beside the plan, as it is; what ails it is one sentence with its line."""

from pathlib import Path
from typing import Any

from backfill_tui.errors import BackfillError


def own_yaml(path: Path, refused: type[BackfillError]) -> Any:
    """What the file holds, None if nothing. Raises `refused` where it can't be read, or is not YAML."""
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise refused(f"can't be read: {error.strerror}.", where=path) from error
    except UnicodeDecodeError as error:
        raise refused("is not YAML: it is not UTF-8 text.", where=path) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark is not None else path
        why = error.problem or "it ends too early"
        raise refused(
            f"is not YAML ({why}).", where=where, todo="Check quotes, brackets and indentation."
        ) from error
    except yaml.YAMLError as error:
        raise refused("is not YAML: it holds control characters.", where=path) from error
