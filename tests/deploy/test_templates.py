"""What each template has to keep: nothing open that need not be, everything encrypted, logs that end, a roll-out that goes back."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desk.settings import Settings
from main import server_of
from pages import app
from services.aws.policy import PolicyPlace, iam_policy
from services.process import ProcessResources
from tests.support import templates
from tests.support.production import in_production
from tests.support.sizes import SIZES, size

NO_RESOURCE_LEVEL = {'comprehend:BatchDetectSentiment', 'ecr:GetAuthorizationToken'}
"""Actions for which AWS knows no single resources (Service Authorization Reference)."""
PINGS_MISSED = 2
PROMETHEUS = 'sg-0123456789abcdef0'
RESERVED_CONNECTIONS = 20
"""For the operator, the migration, and RDS itself."""


def only(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    [one] = found.values()
    return one


def attributes(said: Iterable[dict[str, str]]) -> dict[str, str]:
    return {one['Key']: one['Value'] for one in said}


@pytest.mark.slow
def test_linter_of_the_vendor_finds_nothing() -> None:
    paths = [str(templates.FOLDER / f'{stack}.yaml') for stack in templates.STACKS]

    done = subprocess.run(
        [Path(sys.executable).with_name('cfn-lint'), '-r', templates.REGION, '-t', *paths],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, '')
    assert {path.stem for path in templates.FOLDER.iterdir()} == set(templates.STACKS)


def test_every_parameter_says_what_it_is() -> None:
    silent = [
        f'{stack}.{name}'
        for stack in templates.STACKS
        for name, one in templates.read(stack)['Parameters'].items()
        if not one.get('Description')
    ]

    assert silent == []


def test_only_web_ports_are_open_to_the_world() -> None:
    groups = templates.of_type('AWS::EC2::SecurityGroup')

    open_ports = {
        (name, rule.get('FromPort'), rule.get('ToPort'))
        for name, one in groups.items()
        for rule in one['SecurityGroupIngress']
        if 'SourceSecurityGroupId' not in rule
    }

    assert open_ports == {
        ('network.BalancerGroup', 443, 443),
        ('network.BalancerGroup', 80, 80),
    }
    assert all('SecurityGroupEgress' in one for one in groups.values())  # unsaid, all may go out
    assert templates.of_type('AWS::EC2::SecurityGroupIngress') == {}


@pytest.mark.parametrize(
    ('given', 'who'),
    [
        ({}, []),
        ({'MonitoringGroup': PROMETHEUS}, [('SourceSecurityGroupId', PROMETHEUS)]),
        ({'MonitoringAddresses': '10.30.4.0/24'}, [('CidrIp', '10.30.4.0/24')]),
        (
            {'MonitoringGroup': PROMETHEUS, 'MonitoringAddresses': '10.30.4.0/24'},
            [('SourceSecurityGroupId', PROMETHEUS), ('CidrIp', '10.30.4.0/24')],
        ),
    ],
)
def test_prometheus_reaches_the_processes_only_where_it_is_named(
    given: dict[str, str], who: list[tuple[str, str]]
) -> None:
    [balancers] = templates.of_type('AWS::EC2::SecurityGroup')['network.DeskGroup'][
        'SecurityGroupIngress'
    ]
    more = list(templates.of_type('AWS::EC2::SecurityGroupIngress', **given).values())
    [desk] = templates.of_type('AWS::ECS::TaskDefinition')['service.Task']['ContainerDefinitions']
    [mapping] = desk['PortMappings']
    port = mapping['ContainerPort']

    assert {(one['IpProtocol'], one['FromPort'], one['ToPort']) for one in (balancers, *more)} == {
        ('tcp', port, port)
    }
    assert balancers['SourceSecurityGroupId'] == 'BalancerGroup'
    assert {one['GroupId'] for one in more} <= {'DeskGroup'}
    assert [
        (name, one[name])
        for one in more
        for name in ('SourceSecurityGroupId', 'CidrIp')
        if name in one
    ] == who


@pytest.mark.parametrize(
    ('parameter', 'value', 'is_taken'),
    [
        ('MonitoringGroup', PROMETHEUS, True),
        ('MonitoringGroup', '0.0.0.0/0', False),
        ('MonitoringAddresses', '10.30.4.7/32', True),
        ('MonitoringAddresses', '172.20.0.0/16', True),
        ('MonitoringAddresses', '0.0.0.0/0', False),
        ('MonitoringAddresses', '10.0.0.0/8', False),
        ('MonitoringAddresses', '203.0.113.0/24', False),
    ],
)
def test_metrics_are_never_open_to_the_world(parameter: str, value: str, *, is_taken: bool) -> None:
    pattern = templates.read('network')['Parameters'][parameter]['AllowedPattern']

    assert bool(re.fullmatch(pattern, value)) is is_taken


def test_database_and_cache_stand_where_nothing_goes_out() -> None:
    resources = templates.resolved(templates.read('network'))

    data_routes = [
        one for one in resources.values() if one.get('Properties', {}).get('RouteTableId') == 'DataRoutes'
    ]  # fmt: skip

    assert {one['Type'] for one in data_routes} == {'AWS::EC2::SubnetRouteTableAssociation'}
    for kind in ('AWS::RDS::DBSubnetGroup', 'AWS::ElastiCache::SubnetGroup'):
        assert only(templates.of_type(kind))['SubnetIds'] == ['desk-data-a', 'desk-data-b']


def test_all_that_is_kept_is_encrypted() -> None:
    database = only(templates.of_type('AWS::RDS::DBInstance'))
    cache = only(templates.of_type('AWS::ElastiCache::ReplicationGroup'))

    assert (database['StorageEncrypted'], database['KmsKeyId']) == (True, 'desk-key')
    assert (cache['AtRestEncryptionEnabled'], cache['TransitEncryptionEnabled']) == (True, True)
    for bucket in templates.of_type('AWS::S3::Bucket').values():
        assert bucket['BucketEncryption']['ServerSideEncryptionConfiguration']
    for topic in templates.of_type('AWS::SNS::Topic').values():
        assert topic['KmsMasterKeyId'] == 'desk-key'
    for queue in templates.of_type('AWS::SQS::Queue').values():
        assert queue['SqsManagedSseEnabled'] is True
    for stream in templates.of_type('AWS::Kinesis::Stream').values():
        assert stream['StreamEncryption']['EncryptionType'] == 'KMS'
    for vault in templates.of_type('AWS::Backup::BackupVault').values():
        assert vault['EncryptionKeyArn'] == 'desk-key'
    assert only(templates.of_type('AWS::RDS::DBParameterGroup'))['Parameters']['rds.force_ssl'] == '1'  # fmt: skip
    assert only(templates.of_type('AWS::KMS::Key'))['EnableKeyRotation'] is True


def test_bucket_is_private_and_forgets_what_is_deleted() -> None:
    bucket = only(templates.of_type('AWS::S3::Bucket'))
    policy = only(templates.of_type('AWS::S3::BucketPolicy'))['PolicyDocument']

    assert set(bucket['PublicAccessBlockConfiguration'].values()) == {True}
    assert len(bucket['PublicAccessBlockConfiguration']) == 4
    assert 'VersioningConfiguration' not in bucket  # an erasure has to reach every copy
    assert not {'WebsiteConfiguration', 'AccessControl'} & set(bucket)
    assert [one['Effect'] for one in policy['Statement']] == ['Deny']


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every statement of every role and managed policy."""
    for name, role in templates.of_type('AWS::IAM::Role').items():
        for policy in role.get('Policies', []):
            yield from ((name, one) for one in policy['PolicyDocument']['Statement'])
    for name, policy in templates.of_type('AWS::IAM::ManagedPolicy').items():
        yield from ((name, one) for one in policy['PolicyDocument']['Statement'])


def listed(said: Any) -> list[str]:
    return said if isinstance(said, list) else [said]


def test_no_role_may_do_everything_or_reach_everything() -> None:
    wide = {
        action
        for _, one in statements()
        for action in listed(one['Action'])
        if '*' in action or '*' in listed(one['Resource'])
    }

    assert wide == NO_RESOURCE_LEVEL


def test_desk_may_publish_to_the_topic_of_alerts_and_to_no_other() -> None:
    topic = only(templates.of_type('AWS::SNS::Topic'))['TopicName']
    key = only(templates.of_type('AWS::KMS::Key'))['KeyPolicy']['Statement']

    may_publish = {
        name: listed(one['Resource']) for name, one in statements() if 'sns:Publish' in listed(one['Action'])
    }  # fmt: skip
    [by_services] = [one for one in key if one['Sid'] == 'TheDeskByTheServices']

    assert may_publish == {
        'access.DeskRole': [f'arn:aws:sns:{templates.REGION}:{templates.ACCOUNT}:{topic}']
    }
    # The topic is encrypted: without the key SNS takes no message.
    assert {'kms:Decrypt', 'kms:GenerateDataKey'} <= set(by_services['Action'])
    assert f'sns.{templates.REGION}.amazonaws.com' in str(by_services['Condition'])


def test_nobody_outside_of_the_account_is_let_in() -> None:
    documents = [
        one[key]
        for one in map(dict, (each.get('Properties', {}) for each in templates.all_resources().values()))
        for key in ('PolicyDocument', 'KeyPolicy')
        if key in one
    ]  # fmt: skip

    for_all = [
        one
        for document in documents
        for one in document['Statement']
        if one['Effect'] == 'Allow' and one.get('Principal') in ('*', {'AWS': '*'})
    ]

    assert [one['Condition']['StringEquals'] for one in for_all] == [
        {'kms:CallerAccount': templates.ACCOUNT}
    ]


def test_desks_role_is_the_policy_of_deploy() -> None:
    """Where this is red after a new operation: ``python -m services.aws.policy``, then the same lines in access.yaml."""
    role = templates.of_type('AWS::IAM::Role')['access.DeskRole']
    place = PolicyPlace(
        region=templates.REGION,
        account=templates.ACCOUNT,
        instance_id=templates.INSTANCE,
        contact_queue='desk-contact-events',
        agent_stream='desk-agent-events',
        bucket=f'desk-files-{templates.ACCOUNT}',
        topic='desk-alerts',
    )
    without_voice = templates.of_type('AWS::IAM::Role', ConnectInstanceId='')['access.DeskRole']

    [policy] = role['Policies']
    allowed = {one['Sid'] for one in without_voice['Policies'][0]['PolicyDocument']['Statement']}

    assert policy['PolicyDocument'] == iam_policy(place)
    assert 'ManagedPolicyArns' not in role
    assert 'DeskConnect' not in allowed


def test_names_in_the_role_are_those_of_what_is_made() -> None:
    names = {
        only(templates.of_type('AWS::S3::Bucket'))['BucketName'],
        only(templates.of_type('AWS::SNS::Topic'))['TopicName'],
        only(templates.of_type('AWS::Kinesis::Stream'))['Name'],
        templates.of_type('AWS::SQS::Queue')['events.ContactEvents']['QueueName'],
    }

    role = json.dumps(templates.of_type('AWS::IAM::Role')['access.DeskRole'])

    assert [name for name in names if name not in role] == []


def test_the_desk_cannot_read_the_owners_password() -> None:
    secrets = templates.of_type('AWS::SecretsManager::Secret')
    readable = {
        name: [one['Resource'].rsplit(':', 1)[1] for reader, one in statements() if reader == name
               and 'secretsmanager:GetSecretValue' in listed(one['Action'])]
        for name in ('access.StartPolicy', 'access.MigrationStartRole', 'access.DeskRole')
    }  # fmt: skip

    assert readable == {
        'access.StartPolicy': ['desk/app/*'],
        'access.MigrationStartRole': ['desk/owner/*'],
        'access.DeskRole': [],
    }
    assert {one['Name'].split('/')[1] for one in secrets.values()} == {'app', 'owner'}
    assert all('owner' in one['Name'] for name, one in secrets.items() if 'Owner' in name)


def test_logs_and_backups_end() -> None:
    logs = templates.of_type('AWS::Logs::LogGroup')
    database = only(templates.of_type('AWS::RDS::DBInstance'))
    [rule] = only(templates.of_type('AWS::Backup::BackupPlan'))['BackupPlan']['BackupPlanRule']

    assert len(logs) == 2
    assert all(int(one['RetentionInDays']) > 0 for one in logs.values())
    assert 1 <= int(database['BackupRetentionPeriod']) <= 35
    assert rule['Lifecycle']['DeleteAfterDays'] <= 35


def test_what_people_wrote_outlives_its_stack() -> None:
    resources = templates.all_resources()

    for name in ('data.Database', 'data.Files', 'data.TokenKey', 'access.Key', 'cluster.Log'):
        assert resources[name]['DeletionPolicy'] in {'Retain', 'Snapshot'}, name
        assert resources[name]['UpdateReplacePolicy'] in {'Retain', 'Snapshot'}, name
    assert resources['data.Database']['Properties']['DeletionProtection'] is True
    assert resources['data.Database']['Properties']['PubliclyAccessible'] is False


def test_images_are_scanned_and_stay_what_they_were() -> None:
    images = only(templates.of_type('AWS::ECR::Repository'))

    assert images['ImageScanningConfiguration'] == {'ScanOnPush': True}
    assert images['ImageTagMutability'] == 'IMMUTABLE'
    assert json.loads(images['LifecyclePolicy']['LifecyclePolicyText'])['rules']
    for stack in ('migration', 'service'):
        pattern = templates.read(stack)['Parameters']['Image']['AllowedPattern']
        assert pattern.endswith('@sha256:[0-9a-f]{64}'), stack


def test_a_version_that_does_not_live_goes_back() -> None:
    service = only(templates.of_type('AWS::ECS::Service'))
    deployment = service['DeploymentConfiguration']

    assert deployment['DeploymentCircuitBreaker'] == {'Enable': True, 'Rollback': True}
    assert deployment['MinimumHealthyPercent'] == 100
    assert int(deployment['MaximumPercent']) > 100
    assert service['NetworkConfiguration']['AwsvpcConfiguration']['AssignPublicIp'] == 'DISABLED'


def test_containers_run_as_nobody_on_a_file_system_that_they_cannot_change() -> None:
    containers = [
        one
        for task in templates.of_type('AWS::ECS::TaskDefinition').values()
        for one in task['ContainerDefinitions']
    ]

    assert [one['Name'] for one in containers] == ['migrate', 'desk']
    for one in containers:
        assert one['User'] == '10001'
        assert one['ReadonlyRootFilesystem'] is True
        assert one['LinuxParameters']['Capabilities'] == {'Drop': ['ALL']}
        assert [place['ContainerPath'] for place in one['MountPoints']] == ['/tmp']
        assert one['LogConfiguration']['Options']['awslogs-group'] == 'desk-log'


def test_stop_waits_longer_than_the_desk_needs(settings: Settings) -> None:
    [desk] = templates.of_type('AWS::ECS::TaskDefinition')['service.Task']['ContainerDefinitions']

    production = in_production(settings)
    config = server_of(app.FastAPI(), production).config

    needed = production.seconds_to_drain + (config.timeout_graceful_shutdown or 0)
    assert desk['StopTimeout'] >= needed + 10


def test_balancer_keeps_sockets_and_the_desk_keeps_connections_for_longer(
    settings: Settings,
) -> None:
    """A connection that the desk closes while the balancer sends on it is a 502."""
    given = attributes(
        only(templates.of_type('AWS::ElasticLoadBalancingV2::LoadBalancer'))['LoadBalancerAttributes']
    )  # fmt: skip
    idle_seconds = int(given['idle_timeout.timeout_seconds'])
    ping_seconds = app.RECONNECT_SECONDS  # NiceGUI's sockets are pinged more often than this

    config = server_of(app.FastAPI(), in_production(settings)).config

    assert idle_seconds >= PINGS_MISSED * max(ping_seconds, config.ws_ping_interval or 0)
    assert config.timeout_keep_alive > idle_seconds
    assert server_of(app.FastAPI(), settings).config.timeout_keep_alive < idle_seconds


def test_balancer_speaks_tls_and_leads_everybody_back_to_their_process() -> None:
    listeners = {one['Port']: one for one in templates.of_type('AWS::ElasticLoadBalancingV2::Listener').values()}  # fmt: skip
    targets = only(templates.of_type('AWS::ElasticLoadBalancingV2::TargetGroup'))
    given = attributes(targets['TargetGroupAttributes'])

    assert listeners[443]['SslPolicy'].startswith('ELBSecurityPolicy-TLS13-')
    assert listeners[80]['DefaultActions'][0]['RedirectConfig']['Protocol'] == 'HTTPS'
    assert (given['stickiness.enabled'], given['stickiness.type']) == ('true', 'lb_cookie')
    assert int(given['stickiness.lb_cookie.duration_seconds']) >= 12 * 3600  # SESSION_HOURS
    assert targets['HealthCheckPath'] == '/healthz'


def test_every_alarm_tells_somebody_and_says_why() -> None:
    alarms = templates.of_type('AWS::CloudWatch::Alarm')

    seen = {one['MetricName'] for one in alarms.values()}

    assert seen >= {
        'TargetResponseTime',
        'HTTPCode_Target_5XX_Count',
        'CPUUtilization',
        'MemoryUtilization',
        'DatabaseConnections',
        'FreeStorageSpace',
        'ApproximateAgeOfOldestMessage',
        'GetRecords.IteratorAgeMilliseconds',
        'DaysToExpiry',
    }
    for one in alarms.values():
        assert one['AlarmDescription']
        assert one['AlarmActions'] == one['OKActions'] == ['desk-alerts']


def test_alarms_hear_of_what_the_desk_logs() -> None:
    patterns = {
        one['MetricTransformations'][0]['MetricName']: one['FilterPattern']
        for one in templates.of_type('AWS::Logs::MetricFilter').values()
    }

    assert patterns['AuditLogBroken'] == '{ $.event = "audit_log_broken" }'
    assert set(patterns) <= {one['MetricName'] for one in templates.of_type('AWS::CloudWatch::Alarm').values()}  # fmt: skip


def test_dashboard_is_json_with_the_guides_figures() -> None:
    body = only(templates.of_type('AWS::CloudWatch::Dashboard'))['DashboardBody']

    titles = [one['properties']['title'] for one in json.loads(body)['widgets']]

    for wanted in ('Response time', 'errors', 'Database', 'sockets', 'memory'):
        assert any(wanted in title for title in titles), wanted


@pytest.mark.parametrize('name', SIZES)
async def test_database_holds_the_connections_of_a_rollout(name: str, settings: Settings) -> None:
    wanted = size(name)
    pools = {'pool_size': int(wanted['PoolSize']), 'pool_overflow': int(wanted['PoolOverflow'])}
    resources = ProcessResources.of(settings.model_copy(update=pools))
    at_once = int(wanted['Processes']) * int(wanted['MostPercent']) // 100

    needed = at_once * resources.db.ceiling + RESERVED_CONNECTIONS
    await resources.close()

    assert needed <= int(wanted['MaxConnections'])
    assert int(wanted['MostConnections']) == int(wanted['MaxConnections']) * 4 // 5


@pytest.mark.parametrize('name', SIZES)
def test_a_size_names_parameters_only(name: str) -> None:
    known = {key for stack in templates.STACKS for key in templates.read(stack)['Parameters']}

    assert set(size(name)) <= known
