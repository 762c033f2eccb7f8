"""The IAM permissions that the desk needs: exactly those of the operations that it calls.

``deploy/iam-policy.json`` is this policy with placeholders: ``python -m services.aws.policy >
deploy/iam-policy.json``.
"""

import json
import sys
from dataclasses import dataclass
from typing import Any

from services.aws.operations import Operation

VERSION = '2012-10-17'


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPlace:
    """The account, region and resources that the policy names."""

    region: str = 'REGION'
    account: str = 'ACCOUNT'
    instance_id: str = 'INSTANCE_ID'
    contact_queue: str = 'CONTACT_EVENTS_QUEUE'
    agent_stream: str = 'AGENT_EVENTS_STREAM'
    bucket: str = 'FILES_BUCKET'
    topic: str = 'ALERTS_TOPIC'

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource in this account and region."""
        return f'arn:aws:{service}:{self.region}:{self.account}:{resource}'

    def resources(self, service: str) -> list[str]:
        """Return the resources that a service's operations may use."""
        instance = f'instance/{self.instance_id}'
        if service == 'comprehend':  # DetectSentiment has no resource-level permissions
            return ['*']
        if service == 's3':  # the name of a bucket is unique in the world: no region, no account
            return [f'arn:aws:s3:::{self.bucket}', f'arn:aws:s3:::{self.bucket}/*']
        names = {
            'connect': [instance, f'{instance}/*'],
            'sqs': [self.contact_queue.rpartition('/')[2]],
            'kinesis': [f'stream/{self.agent_stream}'],
            'sns': [self.topic],
        }
        return [self.arn(service, name) for name in names[service]]


def iam_policy(place: PolicyPlace) -> dict[str, Any]:
    """Return an IAM policy for the desk's operations on its own instance, queue and stream only."""
    services = sorted({operation.service for operation in Operation})
    return {
        'Version': VERSION,
        'Statement': [
            {
                'Sid': f'Desk{service.capitalize()}',
                'Effect': 'Allow',
                'Action': sorted(one.value for one in Operation if one.service == service),
                'Resource': place.resources(service),
            }
            for service in services
        ],
    }


def as_file(place: PolicyPlace) -> str:
    """Return the policy as the text of a file."""
    return json.dumps(iam_policy(place), indent=2) + '\n'


if __name__ == '__main__':
    sys.stdout.write(as_file(PolicyPlace()))
