"""A plan file on its way in: what was typed, where each key stands, and every mistake found so far.

A key with a mistake is dropped, so that the rest is still looked at and a mistake is not told twice.
What a mistake is, others decide.
"""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from backfill_tui.plan.model.file import PlanWritten
from backfill_tui.plan.model.scalars import SENTENCE, shown
from backfill_tui.plan.problems import Problem, ProblemSeverity, listed, nearest
from backfill_tui.plan.yaml_tree import KeyPath, Node, dotted

_KEY = "[key]"  # pydantic's last step for a mistake in a key itself
_IN_LISTS: Mapping[str | int, Any] = {"inputs": {"suite": "?"}, "notify_on": "critical"}  # else: a text
_STAND_INS: dict[str | int, Any] = {  # for a required key that is missing, so that what is beside it is looked at
    "plan": "?",
    "phases": {},
    "phase": "?",
    "by": "2000-01-01T00:00",
    "suite": "?",
    "sql": "?",
    "run": ["?"],
    "backend": "duckdb",
}
_MOST_PASSES = 50
_SHAPES = {
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "list_type": "a list, as in [a, b]",
}


class Draft:
    """The plan while it is being read. `value` is plain Python; references are filled in it, keys dropped."""

    def __init__(self, name: str, root: Node, problems: Iterable[Problem]) -> None:
        self.name = name
        self.root = root
        self.value: dict[str, Any] = root.plain()
        self.problems = list(problems)
        self._dropped: set[KeyPath] = set()

    def refuse(
        self,
        path: KeyPath,
        message: str,
        *,
        near: str | None = None,
        severity: ProblemSeverity = "error",
    ) -> None:
        """Note a mistake at a key; a key that is not written is placed at the nearest one around it."""
        written, at = self.root.locate(path)
        key = dotted(path if all(isinstance(step, str) for step in path[len(written) :]) else written)
        self.problems.append(Problem(self.name, at.line, at.column, key, message, near, severity))

    def warn(self, path: KeyPath, message: str) -> None:
        """Note something that does not keep the plan from being used."""
        self.refuse(path, message, severity="warning")

    def take(self, path: KeyPath, problems: Iterable[Problem]) -> None:
        """Add what is wrong with a file that the key names; what concerns the whole file is told at the key."""
        for problem in problems:
            if problem.line is None and not problem.key:
                self.refuse(path, f"{problem.file}: {problem.message}")
            else:
                self.problems.append(problem)

    def refuse_name(self, path: KeyPath, what: str, name: str, valid: Iterable[str]) -> None:
        """Note a name that stands for nothing, with the nearest that does."""
        valid = list(valid)
        near = nearest(name, valid)
        known = "" if near else f"; there are: {listed(valid)}"
        self.refuse(path, f"there is no {what} '{name}'{known}", near=near)

    def drop(self, path: KeyPath) -> None:
        """Take out what stands at a path, so that nobody stumbles over it again; in a list it leaves a stand-in."""
        self._dropped.add(path)
        holder = self._holder(path)
        if isinstance(holder, list):
            holder[int(path[-1])] = _IN_LISTS.get(path[-2], "?")
        elif isinstance(holder, dict):
            holder.pop(path[-1], None)

    def _stand_in(self, path: KeyPath) -> None:
        self._dropped.add(path)
        holder = self._holder(path)
        if holder is None:  # a name with nothing under it
            holder = self._holder(path[:-1])[path[-2]] = {}
        holder[path[-1]] = _STAND_INS[path[-1]]

    def _holder(self, path: KeyPath) -> Any:
        """The mapping or list that the last step of a path is in; `None` where it is not there (any more)."""
        holder: Any = self.value
        for step in path[:-1]:
            if isinstance(holder, dict):
                holder = holder.get(str(step))
            elif isinstance(holder, list):
                holder = holder[int(step)]
        return holder

    def names(self, section: str) -> list[str]:
        """The names that a section gives, those with mistakes included: others may refer to them."""
        whole = self.root.value
        entry = whole.get(section) if isinstance(whole, Mapping) else None
        return list(entry.node.value) if entry and isinstance(entry.node.value, Mapping) else []

    def broken(self, *path: str | int) -> bool:
        """Whether a mistake was found at this key, in it, or in what holds it."""
        return any(path[: len(gone)] == gone or gone[: len(path)] == path for gone in self._dropped)

    def model(self) -> PlanWritten:
        """What was typed, as far as it has the right shape; the rest becomes problems."""
        for _ in range(_MOST_PASSES):
            try:
                return PlanWritten.model_validate(self.value)
            except ValidationError as error:
                for detail in error.errors(include_url=False):
                    self._take(detail)
        raise AssertionError("a plan's mistakes were not all dropped")

    def _take(self, detail: ErrorDetails) -> None:
        path: KeyPath = tuple(step for step in detail["loc"] if step != _KEY)
        written, _ = self.root.locate(path)
        match detail["type"]:
            case "missing":
                if not self.broken(*path):
                    self.refuse(path, f"is missing ({_described(path)})")
                self._stand_in(path)
                return
            case "extra_forbidden":
                self._refuse_unknown_key(path)
            case "literal_error":
                expected = str(detail["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
                given = path[-1] if detail["loc"][-1] == _KEY else detail["input"]
                near = nearest(given, expected) if isinstance(given, str) else None
                self.refuse(path, f"must be one of {listed(expected)}, not {shown(given)}", near=near)
            case shape if shape in _SHAPES:
                self.refuse(path, f"must be {_SHAPES[shape]}, not {shown(detail['input'])}")
            case kind:
                self.refuse(path, detail["msg"] if kind == SENTENCE else f"can't be used here ({kind})")
        self.drop(written if len(written) < len(path) else path)

    def _refuse_unknown_key(self, path: KeyPath) -> None:
        key, valid = str(path[-1]), _names_at(path[:-1])
        near = nearest(key, valid)
        if near is None and set(key) & set("()"):
            self.refuse(path, "unknown key; a comma ended the value before it: put that value in quotes")
        else:
            self.refuse(path, "unknown key" if near else f"unknown key; known here: {listed(valid)}", near=near)


def _names_at(path: KeyPath) -> list[str]:
    """The keys that a mapping may have."""
    model = _model_at(path)
    return list(model.model_fields) if model else []


def _described(path: KeyPath) -> str:
    model = _model_at(path[:-1])
    description = model.model_fields[str(path[-1])].description if model else None
    return f"{description[0].lower()}{description[1:]}".rstrip(".") if description else "required"


def _model_at(path: KeyPath) -> type[BaseModel] | None:
    """The model that a path leads to, through optional values, lists and mappings of names."""
    model: Any = PlanWritten
    for step in path:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(step))
            model = _without_none(field.annotation) if field else None
        else:  # list[X] or dict[str, X]
            model = _without_none(get_args(model)[-1]) if get_args(model) else None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _without_none(annotation: Any) -> Any:
    arguments = [argument for argument in get_args(annotation) if argument is not type(None)]
    return arguments[0] if len(arguments) == 1 and type(None) in get_args(annotation) else annotation
