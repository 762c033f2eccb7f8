"""The templates make a desk's whole place out of an empty account: at moto, which stands for AWS here.

moto knows fewer kinds of resources than AWS. The kinds that it does not know are listed, and the list cannot grow unseen.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.cloudformation.parsing import get_model_map

from tests.support import templates

pytestmark = pytest.mark.slow

UNKNOWN_TO_MOTO = {
    'AWS::Backup::BackupPlan',
    'AWS::Backup::BackupSelection',
    'AWS::Backup::BackupVault',
    'AWS::CloudWatch::Alarm',
    'AWS::Connect::ApprovedOrigin',
    'AWS::Connect::InstanceStorageConfig',
    'AWS::ElastiCache::ParameterGroup',
    'AWS::ElastiCache::ReplicationGroup',
    'AWS::ElastiCache::SubnetGroup',
    'AWS::Logs::MetricFilter',
    'AWS::S3::BucketPolicy',
    'AWS::SNS::Subscription',
    'AWS::SNS::TopicPolicy',
    'AWS::SQS::QueuePolicy',
    'AWS::SecretsManager::Secret',
}
"""Checked by cfn-lint and by the rules in ``test_templates`` only."""
REFUSED_BY_MOTO = {'AWS::RDS::DBInstance': 'DBParameterGroupName'}
"""Properties that moto's own code fails at: it takes the group itself for its name."""

ATTRIBUTES_UNKNOWN_TO_MOTO = {'LoadBalancerFullName', 'TargetGroupFullName'}


def known_part(template: dict[str, Any]) -> dict[str, Any]:
    """Return a template without what moto does not know; what refers to it gets its name in place of a value."""
    unknown = {
        name for name, one in template['Resources'].items() if one['Type'] in UNKNOWN_TO_MOTO
    }

    names = '|'.join(sorted(unknown)) or '-'

    def kept(said: Any) -> Any:
        match said:
            case {'Ref': name} if name in unknown:
                return f'no-{name}'
            case {'Fn::GetAtt': [name, attribute]} if (
                name in unknown or attribute in ATTRIBUTES_UNKNOWN_TO_MOTO
            ):
                return f'no-{name}-{attribute}'
            case {'Fn::Sub': str(text)}:
                return {'Fn::Sub': re.sub(rf'\$\{{({names})([.\w]*)\}}', r'no-\1\2', text)}
            case dict():
                return {key: kept(one) for key, one in said.items()}
            case list():
                return [kept(one) for one in said]
        return said

    part = {name: one for name, one in template['Resources'].items() if name not in unknown}
    whole: dict[str, Any] = kept(template | {'Resources': part})
    for one in whole['Resources'].values():
        one.get('Properties', {}).pop(REFUSED_BY_MOTO.get(one['Type'], ''), None)
    return whole


@pytest.fixture(scope='module')
def account() -> Iterator[None]:
    """An account in which nothing is, and then all stacks."""
    with mock_aws():
        cloud = boto3.client('cloudformation', region_name=templates.REGION)
        certificate = client('acm').request_certificate(DomainName='desk.example.com')
        for stack in templates.STACKS:
            template = templates.read(stack)
            given = templates.parameters(template, Certificate=certificate['CertificateArn'])
            cloud.create_stack(
                StackName=f'desk-{stack}',
                TemplateBody=json.dumps(known_part(template)),
                Parameters=[
                    {'ParameterKey': name, 'ParameterValue': value} for name, value in given.items()
                ],
                Capabilities=['CAPABILITY_NAMED_IAM'],
            )
        yield


def client(service: str) -> Any:
    return boto3.client(service, region_name=templates.REGION)  # type: ignore[call-overload]  # any service


def test_list_of_what_moto_does_not_know_is_whole_and_has_nothing_else() -> None:
    used = {one['Type'] for one in templates.all_resources(AlertsEmail='desk@example.com').values()}

    assert used - set(get_model_map()) == UNKNOWN_TO_MOTO


@pytest.mark.usefixtures('account')
def test_every_stack_stands_and_nothing_in_it_is_missing() -> None:
    cloud = client('cloudformation')

    stacks = {one['StackName']: one['StackStatus'] for one in cloud.describe_stacks()['Stacks']}
    made = {
        f'{stack}.{one["LogicalResourceId"]}'
        for stack in templates.STACKS
        for one in cloud.list_stack_resources(StackName=f'desk-{stack}')['StackResourceSummaries']
        if one['LogicalResourceId']  # moto lists a nameless one
    }

    assert stacks == {f'desk-{stack}': 'CREATE_COMPLETE' for stack in templates.STACKS}
    assert made == {
        name
        for name, one in templates.all_resources().items()
        if one['Type'] not in UNKNOWN_TO_MOTO
    }


@pytest.mark.usefixtures('account')
def test_service_runs_the_image_and_is_told_of_what_was_made() -> None:
    [service] = client('ecs').describe_services(cluster='desk', services=['desk'])['services']
    task = client('ecs').describe_task_definition(taskDefinition=service['taskDefinition'])
    [container] = task['taskDefinition']['containerDefinitions']
    told = {one['name']: one['value'] for one in container['environment']}

    asked = [  # the desk's own operations
        client('s3').get_bucket_location(Bucket=told['FILES_BUCKET']),
        client('sns').get_topic_attributes(TopicArn=told['ALERTS_TOPIC']),
        client('sqs').get_queue_url(QueueName=told['CONTACT_EVENTS_QUEUE']),
        client('kinesis').list_shards(StreamName=told['AGENT_EVENTS_STREAM']),
    ]

    assert container['image'] == templates.IMAGE
    assert {one['ResponseMetadata']['HTTPStatusCode'] for one in asked} == {200}
    assert told['FORWARDED_ALLOW_IPS'] == '10.20.0.0/24,10.20.1.0/24'


@pytest.mark.usefixtures('account')
def test_an_event_of_connect_comes_into_the_desks_queue() -> None:
    """By the rule; the right to send, which a queue's policy gives, is what moto does not know."""
    queue = client('sqs').get_queue_url(QueueName='desk-contact-events')['QueueUrl']
    instance = f'arn:aws:connect:{templates.REGION}:{templates.ACCOUNT}:instance/'
    events = [
        {
            'Source': 'aws.connect',
            'DetailType': 'Amazon Connect Contact Event',
            'Detail': json.dumps({'instanceArn': instance + name, 'contactId': name}),
        }
        for name in (templates.INSTANCE, 'of-another-centre')
    ]

    client('events').put_events(Entries=events)
    come = client('sqs').receive_message(QueueUrl=queue, MaxNumberOfMessages=10)['Messages']

    assert [json.loads(one['Body'])['detail']['contactId'] for one in come] == [templates.INSTANCE]


@pytest.mark.usefixtures('account')
def test_balancer_listens_for_the_web_only() -> None:
    [balancer] = client('elbv2').describe_load_balancers()['LoadBalancers']

    listeners = client('elbv2').describe_listeners(LoadBalancerArn=balancer['LoadBalancerArn'])

    assert {one['Port'] for one in listeners['Listeners']} == {80, 443}
