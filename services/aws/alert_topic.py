"""The topic of SNS that alerts go to, through boto3."""

from collections.abc import Mapping
from typing import Protocol

from typing_extensions import override

from desk.settings import Settings
from services.aws.client import AwsClient, AwsPlace
from services.aws.operations import Operation


class AlertTopic(Protocol):
    """Tells everybody who has subscribed."""

    async def publish(self, headline: str, body: str, attributes: Mapping[str, str]) -> None:
        """Send a message; ``headline`` has fewer than 100 characters of ASCII, ``attributes`` are for filters and for telling repeats.

        Raises a ``DeskError`` when it was not accepted; then it may or may not have been sent.
        """
        ...

    async def close(self) -> None:
        """Release threads and connections."""
        ...


class SnsTopic(AlertTopic):
    """One topic, by its ARN."""

    def __init__(self, client: AwsClient, arn: str) -> None:
        self._client = client
        self._arn = arn

    @override
    async def publish(self, headline: str, body: str, attributes: Mapping[str, str]) -> None:
        await self._client.call(
            Operation.PUBLISH,
            TopicArn=self._arn,
            Subject=headline,
            Message=body,
            MessageAttributes={
                name: {'DataType': 'String', 'StringValue': value}
                for name, value in attributes.items()
            },
        )

    @override
    async def close(self) -> None:
        await self._client.close()


def topic_for(settings: Settings) -> AlertTopic | None:
    """Return the topic for alerts, or ``None`` where none is configured. Opens nothing."""
    if not settings.alerts_topic:
        return None
    place = AwsPlace(region=settings.aws_region, endpoints=settings.aws_endpoints)
    return SnsTopic(AwsClient('sns', place), settings.alerts_topic)
