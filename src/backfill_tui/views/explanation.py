"""How a log was read, as JSON and as lines for a person. The texts in it are safe to show already."""

import json
from collections.abc import Iterator
from datetime import tzinfo

from backfill_tui.sources.dialects.explanation import Example, Explanation, Heads, Matched, NearMiss, Shape
from backfill_tui.sources.dialects.model import Pattern
from backfill_tui.views import contract

_LISTED = 20
"""Shapes that a person is shown; JSON has all that were kept."""


def explanation_json(explanation: Explanation, zone: tzinfo) -> contract.Json:
    """What stands under `explanation` of a log."""
    heads = explanation.heads
    return {
        "dialects": [
            {"name": one.name, "origin": one.origin, "fallback": one.fallback} for one in explanation.dialects
        ],
        "matched": [
            {
                **_pattern_json(one.pattern),
                "lines": one.lines,
                "last_line": one.last_line,
                "examples": [_example_json(example) for example in one.examples],
            }
            for one in explanation.matched
        ],
        "unmatched_patterns": [
            {
                **_pattern_json(one.pattern),
                "near_lines": one.lines,
                "why": one.why,
                "example": _example_json(one.example) if one.example else None,
            }
            for one in explanation.near
        ],
        "time": _time_json(heads, zone),
        "levels": dict(heads.levels),
        "json_lines": heads.objects,
        "lines": explanation.lines,
        "looked_at": explanation.looked_at,
        "unrecognized": {
            "lines": explanation.unrecognized,
            "blank": explanation.blank,
            "other_shapes": explanation.other_lines,
            "shapes": [_shape_json(one) for one in explanation.shapes],
        },
    }


def _time_json(heads: Heads, zone: tzinfo) -> contract.Json:
    example = heads.example
    return {
        "lines": heads.with_time,
        "text": example.text if example and example.at else None,
        "key": example.where if example else None,
        "at": contract.moment(example.at, zone) if example else None,
        "timezone": str(zone),
    }


def _shape_json(shape: Shape) -> contract.Json:
    pattern = {"json": json.loads(shape.pattern)} if shape.is_object else {"pattern": shape.pattern}
    return {**pattern, "lines": shape.lines, "example": _example_json(shape.example)}


def _pattern_json(pattern: Pattern) -> contract.Json:
    return {"dialects": list(dict.fromkeys(pattern.dialects)), "event": pattern.kind, "pattern": pattern.text}


def _example_json(example: Example) -> contract.Json:
    said: contract.Json = {"line": example.line, "text": example.text}
    return {**said, "fields": dict(example.fields)} if example.fields else said


def explanation_lines(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    """Indented lines below those of the log itself."""
    yield ""
    yield f"  tried      {_tried(explanation)}"
    if all(one.origin == "built in" for one in explanation.dialects):
        yield "  yours      none: there is no dialects.yaml in this folder, nor in ~/.config/backfill-tui"
    yield from _heads(explanation.heads, explanation.looked_at, zone)
    if explanation.matched:
        yield ""
        yield "  matched"
        for matched in explanation.matched:
            yield from _matched(matched)
    yield from _unmatched(explanation)
    yield ""
    yield from _rest(explanation)


def _tried(explanation: Explanation) -> str:
    def names(*, fallback: bool) -> str:
        return ", ".join(
            one.name if one.origin == "built in" else f"{one.name} ({one.origin})"
            for one in explanation.dialects
            if one.fallback is fallback
        )

    last = names(fallback=True)
    return names(fallback=False) + (f"; while none of them has spoken: {last}" if last else "")


def _heads(heads: Heads, looked_at: int, zone: tzinfo) -> Iterator[str]:
    of = f"of {looked_at:,} lines"
    example = heads.example
    if example is None or example.at is None:
        yield f"  time       on none {of}: rates and a forecast need one, with its date (a screen sees lines come)"
    else:
        where = f"the key {example.where}" if example.where else "the beginning"
        at = contract.moment(example.at, zone)
        yield f"  time       on {heads.with_time:,} {of}, at {where}, as in '{example.text}': {at}"
    levels = ", ".join(f"{level} {count:,}" for level, count in heads.levels.items())
    yield f"  level      {levels or f'on none {of}'}"
    if heads.objects:
        yield f"  JSON       {heads.objects:,} {of} are an object; `json:` patterns match its keys"


def _matched(matched: Matched) -> Iterator[str]:
    names = "/".join(dict.fromkeys(matched.pattern.dialects))
    yield f"  {matched.lines:>9,}  {names}  {matched.pattern.kind}  {_text(matched.pattern)}"
    first = matched.examples[0]
    found = ", ".join(f"{name} {text}" for name, text in first.fields.items())
    yield f"             line {first.line:,}: {first.text}"
    numbers = [example.line for example in matched.examples]
    if matched.last_line > numbers[-1]:
        numbers.append(matched.last_line)
    dots = " …" if matched.lines > len(numbers) else ""
    listed = ", ".join(f"{number:,}" for number in numbers[:-1])
    also = f"lines {listed}{dots or ' and'} {numbers[-1]:,}" if listed else ""
    if said := "; ".join(part for part in (found and f"found: {found}", also) if part):
        yield f"             {said}"


def _unmatched(explanation: Explanation) -> Iterator[str]:
    """Patterns without a line; of a dialect that has nothing to do with this log only its name."""
    heard = {name for matched in explanation.matched for name in matched.pattern.dialects}
    heard |= {near.pattern.dialects[0] for near in explanation.near if near.lines}
    silent = dict.fromkeys(near.pattern.dialects[0] for near in explanation.near)
    listed = [near for near in explanation.near if near.pattern.dialects[0] in heard]
    if explanation.near:
        yield ""
        yield "  patterns of yours that no line was taken for"
    for near in listed:
        yield from _near(near)
    if others := ", ".join(name for name in silent if name not in heard):
        yield f"             all of {others}: no line has the words of any of them"


def _near(near: NearMiss) -> Iterator[str]:
    yield f"  {near.lines:>9,}  {near.pattern.dialects[0]}  {near.pattern.kind}  {_text(near.pattern)}"
    if near.example is None:
        yield f"             {near.why}"
    else:
        yield f"             line {near.example.line:,}: {near.example.text}"
        yield f"             it has the words, but {near.why}"


def _rest(explanation: Explanation) -> Iterator[str]:
    seen = "" if explanation.looked_at == explanation.lines else f" of the {explanation.looked_at:,} looked at"
    blank = f", {explanation.blank:,} of them blank" if explanation.blank else ""
    if not explanation.unrecognized:
        yield f"  not recognised: no line{seen}"
        return
    lines = "line" if explanation.unrecognized == 1 else "lines"
    yield f"  not recognised: {explanation.unrecognized:,} {lines}{seen}{blank}"
    if explanation.shapes:
        yield "  what they have in common, each as a pattern that matches them:"
    for shape in explanation.shapes[:_LISTED]:
        yield from _shape(shape)
    rest = explanation.other_lines + sum(shape.lines for shape in explanation.shapes[_LISTED:])
    if rest:
        yield f"  {rest:>9,}  of other shapes"


def _shape(shape: Shape) -> Iterator[str]:
    text = f"json: {shape.pattern}" if shape.is_object else shape.pattern
    yield f"  {shape.lines:>9,}  {text}"
    yield f"             line {shape.example.line:,}: {shape.example.text}"


def _text(pattern: Pattern) -> str:
    return f"json: {pattern.text}" if pattern.values else f"'{pattern.text}'"
