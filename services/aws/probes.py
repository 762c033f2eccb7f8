"""Questions that change nothing, to see whether a bucket and a topic are there and are the desk's to use.

Each question has a client of its own: an administrator who has just mended something is not told what was wrong before.
"""

from typing import Any

from services.aws.client import AwsClient, AwsPlace
from services.aws.operations import Operation


async def ask_bucket(place: AwsPlace, bucket: str) -> None:
    """Ask S3 for a bucket's region. Raises a ``DeskError``, see ``services.aws.errors``."""
    await _ask(place, Operation.BUCKET_REGION, Bucket=bucket)


async def ask_topic(place: AwsPlace, topic_arn: str) -> None:
    """Ask SNS for a topic's attributes. Raises as ``ask_bucket``."""
    await _ask(place, Operation.TOPIC, TopicArn=topic_arn)


async def _ask(place: AwsPlace, operation: Operation, **parameters: Any) -> None:
    client = AwsClient(operation.service, place)
    try:
        await client.call(operation, **parameters)
    finally:
        await client.close()
