"""What may be done to a phase from the screen, and the dialog that asks for each."""

from enum import StrEnum


class Act(StrEnum):
    """Something that a person may have done to a phase."""

    LAUNCH = "launch"
    RETRY = "retry"
    STOP = "stop"
    ACCEPT = "accept"
