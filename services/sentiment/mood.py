"""The mood of a chat: the sum of its customer's messages."""

from collections.abc import Sequence

from models import MoodTrend, Sentiment
from services.sentiment.events import LineMark, Mood

CLEAR = 0.25
"""A mean beyond this (of 1) is clear; a smaller one is neutral, or mixed when both kinds occurred."""
TURN = 0.3
"""The difference between the later and the earlier half that counts as a trend."""
MIN_TREND_LINES = 4
WARNED_AT = 3
"""The number of negative messages in a row that supervisors are warned of."""


def summed_up(marks: Sequence[LineMark]) -> Mood:
    """Return the mood of a chat with these messages (at least one), oldest first."""
    balances = [mark.balance for mark in marks]
    return Mood(
        source=marks[-1].source,
        sentiment=_label(marks, _mean(balances)),
        trend=_trend(balances),
        lines=len(marks),
        balance=_mean(balances),
        negative_in_a_row=_at_the_end(marks),
    )


def upset_at(marks: Sequence[LineMark], warned_number: int) -> LineMark | None:
    """Return the message that completes the newest series of ``WARNED_AT`` negative ones, if any.

    A series is reported once, however long it grows: one that begins at or before ``warned_number``
    is not reported again.
    """
    found, in_a_row, begin = None, 0, 0
    for mark in marks:
        if mark.sentiment is not Sentiment.NEGATIVE:
            in_a_row = 0
            continue
        in_a_row += 1
        begin = mark.number if in_a_row == 1 else begin
        if in_a_row == WARNED_AT and begin > warned_number:
            found = mark
    return found


def _label(marks: Sequence[LineMark], balance: float) -> Sentiment:
    if balance >= CLEAR:
        return Sentiment.POSITIVE
    if balance <= -CLEAR:
        return Sentiment.NEGATIVE
    said = {mark.sentiment for mark in marks}
    is_both = {Sentiment.POSITIVE, Sentiment.NEGATIVE} <= said or Sentiment.MIXED in said
    return Sentiment.MIXED if is_both else Sentiment.NEUTRAL


def _trend(balances: Sequence[float]) -> MoodTrend:
    if len(balances) < MIN_TREND_LINES:
        return MoodTrend.STEADY
    middle = len(balances) // 2
    turn = _mean(balances[middle:]) - _mean(balances[:middle])
    if abs(turn) < TURN:
        return MoodTrend.STEADY
    return MoodTrend.BETTER if turn > 0 else MoodTrend.WORSE


def _at_the_end(marks: Sequence[LineMark]) -> int:
    count = 0
    for mark in reversed(marks):
        if mark.sentiment is not Sentiment.NEGATIVE:
            break
        count += 1
    return count


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
