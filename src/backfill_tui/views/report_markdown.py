"""The report as Markdown, by a template that a user may replace (docs/report.md). No file is read here.

Every text of the report is made fit for Markdown before the template sees it, so that no reason and no name can
break a table or begin a heading, whatever a template does with it.
"""

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from backfill_tui.errors import BackfillError
from backfill_tui.views import formats
from backfill_tui.views.report_model import Report
from backfill_tui.views.spans import plain, width

_MEANT = re.compile(
    r"[\\`*\[\]|]"
    r"|(?<![^\s(])~(?!\d)|(?<=[^\s(])~"  # `~21:15` can't end what is struck out, and nothing else is left to
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore inside of a word is one
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)"
)
_FIRST = re.compile(r"^(\d*)(?:([#>])|([-+=.)])(?=[-=\s]|$))")
"""What would begin a heading, a quotation, a list or a line at the beginning of a text."""


_OBJECT = re.compile(r"'[\w.]*\.(\w+) object'")


class TemplateError(BackfillError):
    """A report's template can't be used, or what it wants is not there."""

    exit_code = 78


def render(report: Report, source: str, name: str) -> str:
    """The report in the words of a template; `name` is what sentences call its file.

    Raises TemplateError, with the line, whatever is wrong with the template.
    """
    from jinja2 import DictLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        autoescape=False,  # that is for HTML; the values are fit for Markdown
        undefined=StrictUndefined,
        loader=DictLoader({}),
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(_filters(report.at))
    environment.tests["lists_dates"] = lambda text: text is not None and bool(_MANY_DATES.search(text))
    try:
        code = environment.compile(source, name, name)
        template = environment.template_class.from_code(environment, code, environment.make_globals(None))
        return template.render(report=fit(report))
    except TemplateSyntaxError as error:
        raise _refusal(error.message or "this is no template", name, error.lineno) from error
    except TemplateNotFound as error:
        what = f"'{error.name}' can't be taken in: a template is one file"
        raise _refusal(what, name, _line_in(name, error)) from error
    except Exception as error:
        raise _refusal(_what_broke(error), name, _line_in(name, error)) from error


def fit(value: Any) -> Any:
    """The same value with each text in it fit for Markdown: on one line, and nothing in it means anything."""
    if type(value) is str:
        return markdown(value)
    if isinstance(value, tuple):
        return tuple(fit(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: fit(getattr(value, field.name)) for field in fields(value)})
    return value


def markdown(text: str) -> str:
    """`text` such that Markdown shows it as it is, in a table too."""
    meant = _MEANT.sub(r"\\\g<0>", plain(text).strip())
    return _FIRST.sub(r"\1\\\2\3", meant)


def _shown(value: Any) -> Any:
    """What stands for a value that is not known."""
    return formats.UNKNOWN if value is None else value


def _refusal(what: str, name: str, line: int | None) -> TemplateError:
    place = name if line is None else f"{name}:{line}"
    return TemplateError(f"{what.rstrip('.')}.", where=place, todo="docs/report.md says what a template may use.")


def _what_broke(error: Exception) -> str:
    """What Python or Jinja say of it, as a clause."""
    if isinstance(error, KeyError):  # its words are the key alone
        return f"there is no {error}"
    return _OBJECT.sub(r"a \1", str(error)) or type(error).__name__


def _line_in(name: str, error: Exception) -> int | None:
    """The line of the template in which it went wrong."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return lines[-1] if lines else None


def _filters(at: datetime) -> Mapping[str, Callable[..., str]]:
    """What a template may write values with. Absent values become `–` in all of them."""

    def time(moment: datetime | None, zone: tzinfo | None = at.tzinfo) -> str:
        return formats.UNKNOWN if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"

    def zone(moment: datetime | None) -> str:
        return formats.UNKNOWN if moment is None else formats.zone_name(moment.astimezone(at.tzinfo))

    return {
        "time": time,
        "zone": zone,
        "utc": lambda moment: time(moment, UTC),
        "duration": formats.duration,
        "number": formats.count,
        "percent": percent,
        "span": formats.date_range,
        "ranges": formats.ranges,
        "moment": lambda moment: formats.stamp(moment, at),
        "rate": formats.per_hour,
        "aligned": aligned,
        "cut_dates": cut_dates,
    }


_MANY_DATES = re.compile(r"(\d{4}-\d\d-\d\d(?:,\d{4}-\d\d-\d\d){2}),((?:\d{4}-\d\d-\d\d,){6,})(\d{4}-\d\d-\d\d)")


def cut_dates(text: str | None) -> str:
    """A text in which a list of ten dates or more is cut to its first three and its last."""
    if text is None:
        return formats.UNKNOWN
    return _MANY_DATES.sub(lambda found: f"{found[1]},… {found[2].count(',')} more …,{found[3]}", text)


_EDGE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r":?-+:?")


def aligned(text: str) -> str:
    """A table whose columns are padded, so that it reads as one where Markdown is not rendered, too.

    Other lines stay as they are; so does a table with rows of different lengths.
    """
    lines = text.split("\n")
    rows = {
        n: [cell.strip() for cell in _EDGE.split(line)[1:-1]] for n, line in enumerate(lines) if line[:1] == "|"
    }
    if len({len(row) for row in rows.values()}) != 1:
        return text
    widths = [max(3, *(width(cell) for cell in column if not _RULE.fullmatch(cell))) for column in _columns(rows)]
    right = [any(cell.endswith("-:") for cell in column) for column in _columns(rows)]
    for n, row in rows.items():
        lines[n] = f"| {' | '.join(map(_padded, row, widths, right))} |"
    return "\n".join(lines)


def _columns(rows: Mapping[int, list[str]]) -> list[tuple[str, ...]]:
    return list(zip(*rows.values(), strict=True))


def _padded(cell: str, cells: int, right: bool) -> str:
    if _RULE.fullmatch(cell):
        return f"{'-' * (cells - 1)}:" if right else "-" * cells
    blank = " " * (cells - width(cell))
    return f"{blank}{cell}" if right else f"{cell}{blank}"


def percent(value: float | None) -> str:
    """A percentage as `98.5%`, rounded down; `–` where it is not known."""
    return formats.UNKNOWN if value is None else f"{formats.rate_percent(value)}%"
