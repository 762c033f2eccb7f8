"""Sentiment analysis with Amazon Comprehend through boto3.

Any other address than Amazon's is marked as a stand-in.

Limits of BatchDetectSentiment: 25 texts in one language, each at most 5 000 bytes of UTF-8. A text
that it cannot analyse comes back without scores; the others are charged in units of 100 characters,
at least three units a text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from botocore.exceptions import ReadTimeoutError
from typing_extensions import override

from desk.errors import UpstreamError
from services.aws.breaker import CircuitBreaker
from services.aws.client import AwsClient, AwsPlace
from services.aws.operations import Operation

MAX_TEXTS = 25
MAX_BYTES = 5_000
UNIT_CHARS = 100
MIN_UNITS = 3
UNIT_USD = 0.0001

Language = Literal['ko', 'en']


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Comprehend's confidence for each sentiment; the four add up to one."""

    label: str
    """``POSITIVE``, ``NEGATIVE``, ``NEUTRAL`` or ``MIXED``."""
    positive: float
    negative: float
    neutral: float
    mixed: float


class UnansweredError(UpstreamError):
    """Comprehend did not answer in time: it may have analysed the texts, and may charge for them."""


class SentimentApi(Protocol):
    """A sentiment service."""

    is_stand_in: bool

    @property
    def is_resting(self) -> bool:
        """Whether calls are paused after failures."""
        ...

    async def sentiments(self, texts: Sequence[str], language: Language) -> list[Scores | None]:
        """Return the sentiments of texts, in their order; ``None`` for a text that cannot be analysed.

        Raises:
            UnansweredError: no answer came in time.
            UpstreamError: the service failed, or is paused after failures.
            DeskError: the service refused, e.g. ``TooManyError`` for too many requests.
        """
        ...

    async def close(self) -> None:
        """Release its threads and connections."""
        ...


class Comprehend(SentimentApi):
    """Comprehend, or a stand-in."""

    def __init__(self, client: AwsClient, breaker: CircuitBreaker, *, is_stand_in: bool) -> None:
        """Use ``client``, whose calls pass ``breaker``."""
        self._client = client
        self._breaker = breaker
        self.is_stand_in = is_stand_in

    @property
    @override
    def is_resting(self) -> bool:
        return self._breaker.is_open

    @override
    async def sentiments(self, texts: Sequence[str], language: Language) -> list[Scores | None]:
        try:
            answer = await self._client.call(
                Operation.BATCH_SENTIMENT, TextList=list(texts), LanguageCode=language
            )
        except UpstreamError as error:
            if _is_timeout(error.__cause__):
                raise UnansweredError(error.key) from error
            raise
        found: list[Scores | None] = [None] * len(texts)
        for one in answer['ResultList']:
            found[one['Index']] = _scores(one)
        return found

    @override
    async def close(self) -> None:
        await self._client.close()


def at(place: AwsPlace, *, is_stand_in: bool) -> Comprehend:
    """Return a Comprehend at an address; opens nothing."""
    breaker = CircuitBreaker()
    client = AwsClient('comprehend', place, breaker=breaker)
    return Comprehend(client, breaker, is_stand_in=is_stand_in)


def units(text: str) -> int:
    """Return the number of units that Comprehend charges for a text."""
    return max(MIN_UNITS, -(-len(text) // UNIT_CHARS))


def _scores(result: Mapping[str, Any]) -> Scores:
    scores = result['SentimentScore']
    return Scores(
        label=result['Sentiment'],
        positive=scores['Positive'],
        negative=scores['Negative'],
        neutral=scores['Neutral'],
        mixed=scores['Mixed'],
    )


def _is_timeout(error: BaseException | None) -> bool:
    return isinstance(error, TimeoutError | ReadTimeoutError)
