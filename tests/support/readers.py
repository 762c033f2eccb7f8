"""Who reads the alerts: a topic of SNS at moto's server, and a queue of SQS that has subscribed to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3

from desk.sandbox.connect import moto_server
from services.aws.alert_topic import SnsTopic
from services.aws.client import AwsClient, AwsPlace

REGION = 'ap-northeast-2'
NAME = 'alerts'
ARN = f'arn:aws:sns:{REGION}:123456789012:{NAME}'
"""In moto's own account: the same each time the topic is made."""
KEYS = {'aws_access_key_id': 'local', 'aws_secret_access_key': 'local', 'region_name': REGION}


@dataclass(frozen=True)
class Told:
    """One message as it came into the queue."""

    headline: str
    body: dict[str, Any]
    attributes: dict[str, str]
    text: str
    """All of it, as it travelled."""

    @property
    def what(self) -> tuple[str, str]:
        """What is wrong and whether it still is."""
        return str(self.body.get('kind', '')), str(self.body['phase'])


@dataclass(frozen=True)
class Reader:
    """The queue of somebody who has subscribed."""

    port: int
    address: str

    @property
    def place(self) -> AwsPlace:
        return AwsPlace(region=REGION, endpoints={'': f'http://127.0.0.1:{self.port}'})

    def topic(self) -> SnsTopic:
        """A process's own way to the topic."""
        return SnsTopic(AwsClient('sns', self.place), ARN)

    def read(self) -> list[Told]:
        """Take all messages that have come, in their order."""
        queue = _client('sqs', self.port)
        told: list[Told] = []
        while found := queue.receive_message(QueueUrl=self.address, MaxNumberOfMessages=10).get(
            'Messages'
        ):
            told += [_told(one['Body']) for one in found]
            for one in found:
                queue.delete_message(QueueUrl=self.address, ReceiptHandle=one['ReceiptHandle'])
        return told


@contextmanager
def subscribed(port: int) -> Iterator[Reader]:
    """Run SNS and SQS at a port, with the topic and a queue that reads it."""
    with moto_server.running('127.0.0.1', port):
        yield Reader(port, _subscribe(port))


def _subscribe(port: int) -> str:
    topics, queues = (_client(one, port) for one in ('sns', 'sqs'))
    address = str(queues.create_queue(QueueName='reader')['QueueUrl'])
    arn = queues.get_queue_attributes(QueueUrl=address, AttributeNames=['QueueArn'])
    assert topics.create_topic(Name=NAME)['TopicArn'] == ARN
    topics.subscribe(TopicArn=ARN, Protocol='sqs', Endpoint=arn['Attributes']['QueueArn'])
    return address


def _client(service: str, port: int) -> Any:
    return boto3.client(service, endpoint_url=f'http://127.0.0.1:{port}', **KEYS)  # type: ignore[call-overload]  # any service


def _told(envelope: str) -> Told:
    read = json.loads(envelope)
    attributes = {name: one['Value'] for name, one in read['MessageAttributes'].items()}
    return Told(read['Subject'], json.loads(read['Message']), attributes, envelope)
