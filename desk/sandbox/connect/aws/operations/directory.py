"""Operations on the configuration: instance, users, queues, statuses, quick connects, profiles, flows."""

from collections.abc import Iterable

from desk.sandbox.connect.aws.operations.call import Call, Handler
from desk.sandbox.connect.world.agent import Agent
from desk.sandbox.connect.world.directory import Instance, QuickConnect, RoutingProfile
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import NotThere
from desk.sandbox.connect.world.terms import Channel, EndpointType

QUICK_CONNECT_TYPES = {
    EndpointType.AGENT: 'USER',
    EndpointType.QUEUE: 'QUEUE',
    EndpointType.PHONE_NUMBER: 'PHONE_NUMBER',
}


def list_instances(call: Call) -> Json:
    """Answer with the one instance."""
    instances, token = call.page([_instance(call.world.state.instance)], 'instances')
    return {'InstanceSummaryList': instances, 'NextToken': token}


def describe_instance(call: Call) -> Json:
    """Answer with the one instance."""
    return {'Instance': _instance(call.world.state.instance)}


def _instance(instance: Instance) -> Json:
    return {
        'Id': instance.id,
        'Arn': instance.arn,
        'IdentityManagementType': 'CONNECT_MANAGED',
        'InstanceAlias': instance.alias,
        'CreatedTime': instance.created_at,
        'ServiceRole': f'arn:aws:iam::{instance.account}:role/aws-service-role/connect',
        'InstanceStatus': 'ACTIVE',
        'InboundCallsEnabled': True,
        'OutboundCallsEnabled': True,
        'InstanceAccessUrl': f'https://{instance.alias}.my.connect.aws',
    }


def list_users(call: Call) -> Json:
    """Answer with all users."""
    agents, token = call.page(list(call.world.state.agents.values()), 'users')
    found = [
        {'Id': a.id, 'Arn': call.arn('agent', a.id), 'Username': a.profile.username} for a in agents
    ]
    return {'UserSummaryList': found, 'NextToken': token}


def describe_user(call: Call) -> Json:
    """Answer with one user; limits of after-contact work are in seconds here."""
    agent = call.world.core.agent(call.key('UserId'))
    identity = {'Email': agent.profile.email}
    return {'User': _user(call, agent, identity, second=1) | {'Tags': {'desk': 'sandbox'}}}


def search_users(call: Call) -> Json:
    """Answer with the users of a name; limits of after-contact work are in milliseconds here."""
    wanted = (call.parameters.get('SearchCriteria') or {}).get('StringCondition') or {}
    found = [
        agent for agent in call.world.state.agents.values() if _fits(agent.profile.username, wanted)
    ]
    agents, token = call.page(found, 'search-users')
    return {
        'Users': [_user(call, agent, {}, second=1_000) for agent in agents],
        'NextToken': token,
        'ApproximateTotalCount': len(found),
    }


def _fits(text: str, condition: Json) -> bool:
    value = str(condition.get('Value', ''))
    return {
        'STARTS_WITH': text.startswith(value),
        'EXACT': text == value,
    }.get(str(condition.get('ComparisonType')), value in text)


def _user(call: Call, agent: Agent, identity: Json, *, second: int) -> Json:
    profile = agent.profile
    limit = profile.after_work_seconds.get(Channel.VOICE, 0)
    return {
        'Id': agent.id,
        'Arn': call.arn('agent', agent.id),
        'Username': profile.username,
        'IdentityInfo': {
            'FirstName': profile.first_name,
            'LastName': profile.last_name,
            **identity,
        },
        'PhoneConfig': {
            'PhoneType': 'SOFT_PHONE',
            'AutoAccept': Channel.VOICE in profile.auto_accepts,
            'AfterContactWorkTimeLimit': limit * second,
        },
        'SecurityProfileIds': [profile.security_profile_id],
        'RoutingProfileId': profile.routing_profile_id,
        'AutoAcceptConfigs': [
            {'Channel': channel.value, 'AutoAccept': channel in profile.auto_accepts}
            for channel in Channel
        ],
        'AfterContactWorkConfigs': [
            {
                'Channel': channel.value,
                'AfterContactWorkConfig': {
                    'AfterContactWorkTimeLimit': profile.after_work_seconds.get(channel, 0)
                },
            }
            for channel in Channel
        ],
    }


def list_queues(call: Call) -> Json:
    """Answer with all queues of the requested types."""
    wanted = call.parameters.get('QueueTypes') or ['STANDARD', 'AGENT']
    queues = [q for q in call.world.state.queues.values() if q.type in wanted]
    found, token = call.page(queues, 'queues')
    return {
        'QueueSummaryList': [
            {'Id': q.id, 'Arn': call.arn('queue', q.id), 'Name': q.name, 'QueueType': q.type.value}
            for q in found
        ],
        'NextToken': token,
    }


def list_agent_statuses(call: Call) -> Json:
    """Answer with all statuses of the requested types."""
    wanted = call.parameters.get('AgentStatusTypes')
    statuses = [
        s for s in call.world.state.statuses.values() if not wanted or s.type.value in wanted
    ]
    found, token = call.page(statuses, 'statuses')
    return {
        'AgentStatusSummaryList': [
            {
                'Id': s.id,
                'Arn': call.arn('agent-state', s.id),
                'Name': s.name,
                'Type': s.type.value,
            }
            for s in found
        ],
        'NextToken': token,
    }


def list_quick_connects(call: Call) -> Json:
    """Answer with all quick connects of the requested types."""
    wanted = call.parameters.get('QuickConnectTypes') or QUICK_CONNECT_TYPES.values()
    connects = [
        c for c in call.world.state.quick_connects.values() if QUICK_CONNECT_TYPES[c.type] in wanted
    ]
    found, token = call.page(connects, 'quick-connects')
    return {'QuickConnectSummaryList': list(_quick_connects(call, found)), 'NextToken': token}


def _quick_connects(call: Call, connects: Iterable[QuickConnect]) -> Iterable[Json]:
    for connect in connects:
        yield {
            'Id': connect.id,
            'Arn': call.arn('transfer-destination', connect.id),
            'Name': connect.name,
            'QuickConnectType': QUICK_CONNECT_TYPES[connect.type],
        }


def describe_quick_connect(call: Call) -> Json:
    """Answer with one quick connect."""
    connect_id = call.key('QuickConnectId')
    connect = call.world.state.quick_connects.get(connect_id)
    if connect is None:
        raise NotThere(f'Quick connect {connect_id} does not exist')
    return {
        'QuickConnect': {
            'QuickConnectARN': call.arn('transfer-destination', connect.id),
            'QuickConnectId': connect.id,
            'Name': connect.name,
            'Description': connect.description,
            'QuickConnectConfig': {
                'QuickConnectType': QUICK_CONNECT_TYPES[connect.type],
                **_quick_connect_config(connect),
            },
        }
    }


def _quick_connect_config(connect: QuickConnect) -> Json:
    if connect.type is EndpointType.AGENT:
        return {'UserConfig': {'UserId': connect.user_id, 'ContactFlowId': connect.flow_id}}
    if connect.type is EndpointType.QUEUE:
        return {'QueueConfig': {'QueueId': connect.queue_id, 'ContactFlowId': connect.flow_id}}
    return {'PhoneConfig': {'PhoneNumber': connect.phone_number}}


def list_routing_profiles(call: Call) -> Json:
    """Answer with all routing profiles."""
    found, token = call.page(list(call.world.state.profiles.values()), 'routing-profiles')
    return {
        'RoutingProfileSummaryList': [
            {'Id': p.id, 'Arn': call.arn('routing-profile', p.id), 'Name': p.name} for p in found
        ],
        'NextToken': token,
    }


def describe_routing_profile(call: Call) -> Json:
    """Answer with one routing profile."""
    profile = _routing_profile(call)
    behaviour = 'ROUTE_ANY_CHANNEL' if profile.mixes_channels else 'ROUTE_CURRENT_CHANNEL_ONLY'
    return {
        'RoutingProfile': {
            'InstanceId': call.world.state.instance.id,
            'Name': profile.name,
            'RoutingProfileArn': call.arn('routing-profile', profile.id),
            'RoutingProfileId': profile.id,
            'Description': profile.description,
            'MediaConcurrencies': [
                {
                    'Channel': channel.value,
                    'Concurrency': most,
                    'CrossChannelBehavior': {'BehaviorType': behaviour},
                }
                for channel, most in profile.concurrency.items()
            ],
            'DefaultOutboundQueueId': profile.outbound_queue_id,
            'NumberOfAssociatedQueues': len({served.queue_id for served in profile.served}),
        }
    }


def list_routing_profile_queues(call: Call) -> Json:
    """Answer with the queues of one routing profile."""
    profile = _routing_profile(call)
    found, token = call.page(profile.served, 'routing-profile-queues')
    return {
        'RoutingProfileQueueConfigSummaryList': [
            {
                'QueueId': served.queue_id,
                'QueueArn': call.arn('queue', served.queue_id),
                'QueueName': call.world.state.queues[served.queue_id].name,
                'Priority': served.priority,
                'Delay': served.delay_seconds,
                'Channel': served.channel.value,
            }
            for served in found
        ],
        'NextToken': token,
    }


def _routing_profile(call: Call) -> RoutingProfile:
    profile_id = call.key('RoutingProfileId')
    if profile := call.world.state.profiles.get(profile_id):
        return profile
    raise NotThere(f'Routing profile {profile_id} does not exist')


def list_contact_flows(call: Call) -> Json:
    """Answer with all flows of the requested types."""
    wanted = call.parameters.get('ContactFlowTypes')
    flows = [f for f in call.world.state.flows.values() if not wanted or f.type in wanted]
    found, token = call.page(flows, 'flows')
    return {
        'ContactFlowSummaryList': [
            {
                'Id': flow.id,
                'Arn': call.arn('contact-flow', flow.id),
                'Name': flow.name,
                'ContactFlowType': flow.type,
                'ContactFlowState': 'ACTIVE',
                'ContactFlowStatus': 'PUBLISHED',
            }
            for flow in found
        ],
        'NextToken': token,
    }


HANDLERS: dict[str, Handler] = {
    'connect.ListInstances': list_instances,
    'connect.DescribeInstance': describe_instance,
    'connect.ListUsers': list_users,
    'connect.DescribeUser': describe_user,
    'connect.SearchUsers': search_users,
    'connect.ListQueues': list_queues,
    'connect.ListAgentStatuses': list_agent_statuses,
    'connect.ListQuickConnects': list_quick_connects,
    'connect.DescribeQuickConnect': describe_quick_connect,
    'connect.ListRoutingProfiles': list_routing_profiles,
    'connect.DescribeRoutingProfile': describe_routing_profile,
    'connect.ListRoutingProfileQueues': list_routing_profile_queues,
    'connect.ListContactFlows': list_contact_flows,
}
