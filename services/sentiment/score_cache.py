"""A cache of sentiments by text, in Redis for every process, so that equal texts are paid for once.

The key is a keyed hash of the text: only the desk's secret relates it to the words. While Redis is
away nothing is cached.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.aws.comprehend import Scores

log = structlog.get_logger()

KEEP_SECONDS = 7 * 24 * 3600
WAIT_SECONDS = 0.5


class ScoreCache:
    """Cached scores by text, language and source."""

    def __init__(self, redis: 'Redis', *, prefix: str, secret: str, source: str) -> None:
        self._redis = redis
        self._prefix = f'{prefix}:sentiment:{source}'
        self._secret = hmac.digest(secret.encode(), b'sentiment', hashlib.sha256)

    def key(self, text: str, language: str) -> str:
        """Return the cache key of a text."""
        sealed = hmac.new(self._secret, f'{language}:{text}'.encode(), hashlib.sha256)
        return f'{self._prefix}:{sealed.hexdigest()}'

    async def scores(self, keys: Sequence[str]) -> dict[str, Scores]:
        """Return the cached scores, by key."""
        if not keys:
            return {}
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                found = await self._redis.mget(keys)
        except (RedisError, OSError, TimeoutError):
            return {}
        return {key: Scores(**json.loads(one)) for key, one in zip(keys, found, strict=True) if one}

    async def keep(self, scores: Mapping[str, Scores]) -> None:
        """Cache scores by key; after a failure they are requested again."""
        if not scores:
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS), self._redis.pipeline() as pipeline:
                for key, one in scores.items():
                    pipeline.set(key, json.dumps(asdict(one)), ex=KEEP_SECONDS)
                await pipeline.execute()
        except (RedisError, OSError, TimeoutError):
            log.warning('sentiment_not_remembered', texts=len(scores))
