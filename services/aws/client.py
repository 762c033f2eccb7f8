"""A client for one AWS service: boto3 in its own threads, with time limits.

boto3 blocks, so it never runs on the event loop. Retries are boto3's standard ones; the caller's
``ClientToken`` makes them one act. Each service has its own threads, so that a hanging AWS service
takes no thread from others.
"""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3  # type: ignore[import-untyped]  # it has no stubs; botocore has
import structlog
from botocore import xform_name
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody

from desk import metrics
from desk.errors import UpstreamError
from services.aws.breaker import CircuitBreaker
from services.aws.errors import code_of, is_denied, is_fault, translated
from services.aws.operations import Operation

log = structlog.get_logger()

CONNECT_SECONDS, READ_SECONDS = 2, 5
ATTEMPTS = 3
DEADLINE_SECONDS = 15.0
"""The longest wait of a caller: three tries that each time out take about 18 s."""
THREADS = 8
OUTCOMES = ('answered', 'refused', 'denied', 'failed', 'paused')
"""How a call ends, as the metrics count it: denied ones for want of valid credentials or permissions; paused ones were never sent,
because the service failed before."""
LOCAL_HOSTS = frozenset({'127.0.0.1', 'localhost', '::1'})


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsPlace:
    """The region and addresses of AWS.

    ``endpoints`` are addresses by service, ``''`` for all services without their own; boto3 finds
    the rest itself, from ``AWS_ENDPOINT_URL`` and its own files.
    """

    region: str
    endpoints: Mapping[str, str] = field(default_factory=dict)

    def endpoint_of(self, service: str) -> str:
        """Return the address of a service; empty when boto3 has to find it."""
        return self.endpoints.get(service) or self.endpoints.get('') or ''


class AwsClient:
    """Calls the operations of one service. Opens nothing before the first call.

    Args:
        service: the service's name in boto3.
        place: the region and addresses of AWS.
        breaker: refuses calls while the service fails; clients that fail together share one.
        read_seconds: how long one try may wait for its answer.
    """

    def __init__(
        self,
        service: str,
        place: AwsPlace,
        *,
        breaker: CircuitBreaker | None = None,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self.service = service
        self._place = place
        self._breaker = breaker or CircuitBreaker()
        self._read_seconds = read_seconds
        self._deadline_seconds = max(DEADLINE_SECONDS, read_seconds + CONNECT_SECONDS)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f'aws-{service}')
        self._made = threading.Lock()
        self._client: BaseClient | None = None
        for (
            outcome
        ) in OUTCOMES:  # from the start: a counter that appears with its first fault hides it
            metrics.AWS_CALLS.labels(service, outcome)
        metrics.AWS_CALL_SECONDS.labels(service)

    @property
    def failing_seconds(self) -> float:
        """How long the service has answered no call of this client; see ``CircuitBreaker``."""
        return self._breaker.failing_seconds

    @property
    def denied_seconds(self) -> float | None:
        """How long the service has let no call of this client in; see ``CircuitBreaker``."""
        return self._breaker.denied_seconds

    async def call(self, operation: Operation, **parameters: Any) -> dict[str, Any]:
        """Call an operation and return its answer, without boto3's own metadata.

        Raises:
            UpstreamError: the service failed, did not answer in time, or is paused after failures.
            DeskError: the service refused; see ``services.aws.errors``.
        """
        self._check_breaker()
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._threads, self._ask, operation, parameters)
        try:
            with metrics.AWS_CALL_SECONDS.labels(self.service).time():
                async with asyncio.timeout(self._deadline_seconds):
                    answer = await asked
        except (BotoCoreError, ClientError) as error:
            self._note(operation, error)
            raise translated(error) from error
        except TimeoutError as error:
            self._note(operation, error)
            raise UpstreamError('connect.away') from error
        self._breaker.succeeded()
        self._count('answered')
        return answer

    async def close(self) -> None:
        """Wait for running calls, at most until their time limits, and end the threads."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        if self._client is not None:
            self._client.close()

    def _check_breaker(self) -> None:
        try:
            self._breaker.check()
        except UpstreamError:
            self._count('paused')
            raise

    def _count(self, outcome: str) -> None:
        metrics.AWS_CALLS.labels(self.service, outcome).inc()

    def _ask(self, operation: Operation, parameters: dict[str, Any]) -> dict[str, Any]:
        method = getattr(self._made_client(), xform_name(operation.api_name))
        answer: dict[str, Any] = method(**parameters)
        answer.pop('ResponseMetadata', None)
        if isinstance(body := answer.get('Body'), StreamingBody):  # read here, in the thread
            answer['Body'] = body.read()
        return answer

    def _made_client(self) -> BaseClient:
        with self._made:  # boto3 parses megabytes of models: once, and in a thread
            if self._client is None:
                endpoint = self._place.endpoint_of(self.service)
                self._client = boto3.Session().client(
                    self.service,
                    region_name=self._place.region,
                    endpoint_url=endpoint or None,
                    config=Config(
                        connect_timeout=CONNECT_SECONDS,
                        read_timeout=self._read_seconds,
                        retries={'mode': 'standard', 'total_max_attempts': ATTEMPTS},
                        max_pool_connections=THREADS,
                    ),
                    **_credentials(endpoint),
                )
            return self._client

    def _note(self, operation: Operation, error: Exception) -> None:
        if is_denied(error):
            self._breaker.denied()
            self._count('denied')
        elif is_fault(error):
            self._breaker.failed()
            self._count('failed')
        else:
            self._breaker.succeeded()
            self._count('refused')
        log.warning(
            'aws_call_failed',
            operation=operation.value,
            code=code_of(error) or type(error).__name__,
        )


def _credentials(endpoint: str) -> dict[str, str]:
    """Return fake credentials for a local simulator, so that it never sees real ones."""
    if urlsplit(endpoint).hostname not in LOCAL_HOSTS:
        return {}
    return {'aws_access_key_id': 'local', 'aws_secret_access_key': 'local'}
