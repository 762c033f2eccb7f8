"""Amazon Comprehend by boto3: how texts sound. What answers at another address than Amazon's is a stand-in and says so.

Limits are BatchDetectSentiment's: 25 texts of one language, each at most 5 000 bytes of UTF-8. Texts that it cannot read
come back without scores; those it answered for are charged in units of 100 characters, three at least for each text.
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
    """How sure Comprehend is of each; together they are one."""

    label: str
    """``POSITIVE``, ``NEGATIVE``, ``NEUTRAL`` or ``MIXED``."""
    positive: float
    negative: float
    neutral: float
    mixed: float


class UnansweredError(UpstreamError):
    """It was asked and did not answer in time: it may have done it, and may charge for it."""


class SentimentApi(Protocol):
    """Who says how texts sound."""

    is_stand_in: bool

    @property
    def is_resting(self) -> bool:
        """Whether nobody is asked for now, after failures."""
        ...

    async def sentiments(self, texts: Sequence[str], language: Language) -> list[Scores | None]:
        """Return how texts sound, in their order; nothing for one that cannot be read.

        Raises:
            UnansweredError: no answer came in time.
            UpstreamError: the service failed, or rests after failures.
            DeskError: it refused, e.g. ``TooManyError`` for too many requests.
        """
        ...

    async def close(self) -> None:
        """Let go of what it holds."""
        ...


class Comprehend(SentimentApi):
    """Comprehend, or what stands in for it."""

    def __init__(self, client: AwsClient, breaker: CircuitBreaker, *, is_stand_in: bool) -> None:
        """Ask by ``client``, which goes by ``breaker``."""
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
    """Return Comprehend at a place; opens nothing."""
    breaker = CircuitBreaker()
    client = AwsClient('comprehend', place, breaker=breaker)
    return Comprehend(client, breaker, is_stand_in=is_stand_in)


def units(text: str) -> int:
    """Return what a text is charged for, in Comprehend's units."""
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
