"""Reading what the centre told to the outside."""

import json
import time
from collections.abc import Callable
from typing import Any

from tests.support.sandbox.box import Box

SECONDS = 10


def within_time(read: Callable[[], list[Any]], enough: Callable[[list[Any]], object]) -> list[Any]:
    """Read until there is enough, or time is over."""
    found: list[Any] = []
    deadline = time.monotonic() + SECONDS
    while not enough(found) and time.monotonic() < deadline:
        found += read()
    return found


def received(box: Box, queue_url: str) -> Callable[[], list[Any]]:
    sqs = box.client('sqs')

    def read() -> list[Any]:
        answer = sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=60
        )
        messages = answer.get('Messages', [])
        for message in messages:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message['ReceiptHandle'])
        return [json.loads(message['Body']) for message in messages]

    return read
