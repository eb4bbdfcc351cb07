"""Numbers on the command line, within bounds; what is none is refused in words."""

from typing import Any

import click


class Whole(click.IntRange):
    """A whole number, such as a pid."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; click.BadParameter says what it must be."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            raise click.BadParameter(f"'{value}' is no whole number{_within(self)}.", ctx, param) from error


class Decimal(click.FloatRange):
    """A number that may have a fraction, such as a speed."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; click.BadParameter says what it must be."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            raise click.BadParameter(f"'{value}' is no number{_within(self)}.", ctx, param) from error


def _within(bounds: click.IntRange | click.FloatRange) -> str:
    if bounds.max is not None:
        return f" from {bounds.min:,} to {bounds.max:,}"
    return "" if bounds.min is None else f" from {bounds.min:,} on"


PID = Whole(1, 2**31 - 1)
