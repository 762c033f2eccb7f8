"""The figures of a report: which lines each is made of, and how it is computed from them.

A figure's number is a count of lines, each of another contact (처리: of another contact, agent or day), and the list
behind it is those lines. See ``services.floor.definitions`` and DESIGN §4.12.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto


class Tally(StrEnum):
    """What is counted: the lines for which this holds."""

    ARRIVED = 'arrived'
    ANSWERED = 'answered'
    IN_TIME = 'in_time'
    ABANDONED = 'abandoned'
    SHORT = 'short'
    DECIDED = 'decided'
    """Answered or abandoned, short ones included."""
    LEVELLED = 'levelled'
    """Answered or abandoned, without short ones."""
    REPLIED = 'replied'
    HANDLED = 'handled'
    TRANSFERRED = 'transferred'
    REPEATED = 'repeated'
    JUDGED = 'judged'
    NEGATIVE = 'negative'
    PROMISED = 'promised'
    KEPT = 'kept'
    RATED = 'rated'


class Span(StrEnum):
    """What is added up: milliseconds, and points of ratings."""

    WAIT = 'wait'
    """Of answered contacts."""
    REPLY = 'reply'
    TALK = 'talk'
    HOLD = 'hold'
    WRAP_UP = 'wrap_up'
    RATING = 'rating'


class Unit(StrEnum):
    """The unit of a figure."""

    CONTACTS = auto()
    PERCENT = auto()
    SECONDS = auto()
    POINTS = auto()


class Figure(StrEnum):
    """The figures, in their order in a report."""

    ARRIVED = 'arrived'
    ANSWERED = 'answered'
    ABANDONED = 'abandoned'
    SHORT = 'short'
    SERVICE_LEVEL = 'service_level'
    ANSWER_RATE = 'answer_rate'
    WAIT = 'wait'
    FIRST_REPLY = 'first_reply'
    HANDLED = 'handled'
    HANDLE_TIME = 'handle_time'
    TALK = 'talk'
    HOLD = 'hold'
    WRAP_UP = 'wrap_up'
    TRANSFERRED = 'transferred'
    REPEATED = 'repeated'
    RATING = 'rating'
    NEGATIVE = 'negative'
    PROMISES_KEPT = 'promises_kept'


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """How a figure is computed."""

    of: Tally
    """The contacts that make the figure."""
    share: Tally | None = None
    """For a percentage, the contacts that count towards it."""
    spans: tuple[Span, ...] = ()
    """For an average, what is added up."""

    @property
    def unit(self) -> Unit:
        """The unit of the figure."""
        if self.spans:
            return Unit.POINTS if Span.RATING in self.spans else Unit.SECONDS
        return Unit.PERCENT if self.share else Unit.CONTACTS


FORMULAS: Mapping[Figure, Formula] = {
    Figure.ARRIVED: Formula(of=Tally.ARRIVED),
    Figure.ANSWERED: Formula(of=Tally.ANSWERED),
    Figure.ABANDONED: Formula(of=Tally.ABANDONED),
    Figure.SHORT: Formula(of=Tally.SHORT),
    Figure.SERVICE_LEVEL: Formula(of=Tally.LEVELLED, share=Tally.IN_TIME),
    Figure.ANSWER_RATE: Formula(of=Tally.DECIDED, share=Tally.ANSWERED),
    Figure.WAIT: Formula(of=Tally.ANSWERED, spans=(Span.WAIT,)),
    Figure.FIRST_REPLY: Formula(of=Tally.REPLIED, spans=(Span.REPLY,)),
    Figure.HANDLED: Formula(of=Tally.HANDLED),
    Figure.HANDLE_TIME: Formula(of=Tally.HANDLED, spans=(Span.TALK, Span.HOLD, Span.WRAP_UP)),
    Figure.TALK: Formula(of=Tally.HANDLED, spans=(Span.TALK,)),
    Figure.HOLD: Formula(of=Tally.HANDLED, spans=(Span.HOLD,)),
    Figure.WRAP_UP: Formula(of=Tally.HANDLED, spans=(Span.WRAP_UP,)),
    Figure.TRANSFERRED: Formula(of=Tally.TRANSFERRED),
    Figure.REPEATED: Formula(of=Tally.ANSWERED, share=Tally.REPEATED),
    Figure.RATING: Formula(of=Tally.RATED, spans=(Span.RATING,)),
    Figure.NEGATIVE: Formula(of=Tally.JUDGED, share=Tally.NEGATIVE),
    Figure.PROMISES_KEPT: Formula(of=Tally.PROMISED, share=Tally.KEPT),
}
