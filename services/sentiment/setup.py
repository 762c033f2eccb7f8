"""Sets up sentiment analysis from the settings."""

from dataclasses import dataclass

from redis.asyncio import Redis

from desk.events import Topics
from desk.settings import Settings
from desk.stream import EventStream
from services.aws import comprehend
from services.aws.client import AwsPlace
from services.aws.comprehend import SentimentApi
from services.sentiment.judge import SentimentJudge
from services.sentiment.score_cache import ScoreCache
from services.sentiment.spending import SpendingAccount
from services.work.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentSetup:
    """The sentiment service, and its limit of cost a day."""

    api: SentimentApi
    usd_a_day: float

    @classmethod
    def of(cls, settings: Settings) -> 'SentimentSetup | None':
        """Return the setup from the settings; ``None`` where sentiment analysis is off."""
        if not settings.has_sentiment:
            return None
        place = AwsPlace(region=settings.aws_region, endpoints=settings.aws_endpoints)
        api = comprehend.at(place, is_stand_in=settings.has_sentiment_stand_in)
        return cls(api=api, usd_a_day=settings.sentiment_usd_a_day)

    def judge(
        self, units: UnitsOfWork, topics: Topics, redis: 'Redis', stream: EventStream, secret: str
    ) -> SentimentJudge:
        """Return this process's analyser."""
        source = 'stand-in' if self.api.is_stand_in else 'comprehend'
        cache = ScoreCache(redis, prefix=stream.prefix, secret=secret, source=source)
        account = SpendingAccount(units.db, usd_a_day=self.usd_a_day)
        return SentimentJudge(units, topics, self.api, cache, account)
