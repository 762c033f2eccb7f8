"""Amazon Connect through boto3."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from typing_extensions import override

from desk import clock
from desk.cache import SharedCache
from desk.errors import ConflictError, InvalidInputError, NotFoundError
from services.aws.client import AwsClient
from services.aws.connect_api import (
    METRICS,
    ConnectApi,
    ConnectQueue,
    ConnectSettings,
    ConnectStatus,
    ConnectUser,
    QueueNow,
    QuickConnect,
    QuickConnectKind,
)
from services.aws.facts import ContactFacts, described_contact
from services.aws.operations import Operation

KEEP_SECONDS = 300.0
"""How long users, queues, statuses and quick connects are cached: Connect allows two list requests
a second."""
QUEUES_AT_ONCE = 100  # GetCurrentMetricData
PAGE = 100
MAX_ATTRIBUTE_BYTES = 32_768  # UpdateContactAttributes: all attributes together


class ConnectGateway(ConnectApi):
    """One instance of Amazon Connect."""

    def __init__(self, client: AwsClient, settings: ConnectSettings) -> None:
        self._client = client
        self._settings = settings
        self._instance = {'InstanceId': settings.instance_id}
        self._users: SharedCache[list[ConnectUser]] = SharedCache(KEEP_SECONDS)
        self._queues: SharedCache[list[ConnectQueue]] = SharedCache(KEEP_SECONDS)
        self._statuses: SharedCache[list[ConnectStatus]] = SharedCache(KEEP_SECONDS)
        self._quick_connects: SharedCache[list[QuickConnect]] = SharedCache(KEEP_SECONDS)

    @override
    async def initiate_outbound_call(
        self, customer_phone: str, *, token: UUID, attributes: Mapping[str, str]
    ) -> str:
        answer = await self._call(
            Operation.START_OUTBOUND_CALL,
            DestinationPhoneNumber=customer_phone,
            ContactFlowId=self._settings.contact_flow_id,
            SourcePhoneNumber=self._settings.source_phone_number,
            ClientToken=str(token),
            Attributes=dict(attributes),
        )
        return str(answer['ContactId'])

    @override
    async def stop(self, contact_id: str) -> None:
        try:
            await self._call(Operation.STOP_CONTACT, ContactId=contact_id)
        except NotFoundError:  # 410: the contact is over
            return

    @override
    async def contact(self, contact_id: str) -> ContactFacts:
        answer = await self._call(Operation.DESCRIBE_CONTACT, ContactId=contact_id)
        return described_contact(answer['Contact'])

    @override
    async def attributes(self, root_id: str) -> dict[str, str]:
        answer = await self._call(Operation.GET_ATTRIBUTES, InitialContactId=root_id)
        return dict(answer['Attributes'])

    @override
    async def set_attributes(self, root_id: str, attributes: Mapping[str, str]) -> None:
        size = sum(len(key.encode()) + len(value.encode()) for key, value in attributes.items())
        if size > MAX_ATTRIBUTE_BYTES:
            raise InvalidInputError('call.attributes_long')
        await self._call(
            Operation.SET_ATTRIBUTES, InitialContactId=root_id, Attributes=dict(attributes)
        )

    @override
    async def pause_recording(self, contact_id: str, root_id: str) -> None:
        await self._recording(Operation.SUSPEND_RECORDING, contact_id, root_id)

    @override
    async def resume_recording(self, contact_id: str, root_id: str) -> None:
        await self._recording(Operation.RESUME_RECORDING, contact_id, root_id)

    @override
    async def monitor(self, contact_id: str, user_id: str, *, may_barge: bool, token: UUID) -> str:
        answer = await self._call(
            Operation.MONITOR_CONTACT,
            ContactId=contact_id,
            UserId=user_id,
            AllowedMonitorCapabilities=['SILENT_MONITOR', *(['BARGE'] if may_barge else [])],
            ClientToken=str(token),
        )
        return str(answer['ContactId'])

    @override
    async def set_user_status(self, user_id: str, status_id: str) -> None:
        await self._call(Operation.SET_USER_STATUS, UserId=user_id, AgentStatusId=status_id)

    @override
    async def dismiss(self, user_id: str, contact_id: str) -> None:
        await self._call(Operation.DISMISS_CONTACT, UserId=user_id, ContactId=contact_id)

    @override
    async def users(self) -> Sequence[ConnectUser]:
        return await self._users.get(None, self._read_users)

    @override
    async def queues(self) -> Sequence[ConnectQueue]:
        return await self._queues.get(None, self._read_queues)

    @override
    async def statuses(self) -> Sequence[ConnectStatus]:
        return await self._statuses.get(None, self._read_statuses)

    @override
    async def quick_connects(self) -> Sequence[QuickConnect]:
        return await self._quick_connects.get(None, self._read_quick_connects)

    @override
    async def queues_now(self, queue_ids: Sequence[str]) -> Sequence[QueueNow]:
        found: list[QueueNow] = []
        for start in range(0, len(queue_ids), QUEUES_AT_ONCE):
            some = queue_ids[start : start + QUEUES_AT_ONCE]
            found += [
                _queue_now(row, at)
                async for answer in self._pages(
                    Operation.METRICS_NOW,
                    Filters={'Queues': list(some), 'Channels': ['VOICE']},
                    # Without grouping Connect returns OLDEST_CONTACT_AGE in milliseconds, although
                    # it names seconds.
                    Groupings=['QUEUE'],
                    CurrentMetrics=[{'Name': name, 'Unit': unit} for name, unit in METRICS.items()],
                )
                for at in [answer.get('DataSnapshotTime') or clock.now()]
                for row in answer['MetricResults']
            ]
        return found

    async def _recording(self, operation: Operation, contact_id: str, root_id: str) -> None:
        try:
            await self._call(operation, ContactId=contact_id, InitialContactId=root_id)
        except (InvalidInputError, ConflictError) as error:
            raise ConflictError('call.not_recorded') from error

    async def _read_users(self) -> list[ConnectUser]:
        return [
            ConnectUser(id=one['Id'], username=one['Username'])
            async for answer in self._pages(Operation.LIST_USERS)
            for one in answer['UserSummaryList']
        ]

    async def _read_queues(self) -> list[ConnectQueue]:
        return [
            ConnectQueue(id=one['Id'], name=one['Name'])
            async for answer in self._pages(Operation.LIST_QUEUES, QueueTypes=['STANDARD'])
            for one in answer['QueueSummaryList']
        ]

    async def _read_statuses(self) -> list[ConnectStatus]:
        return [
            ConnectStatus(id=one['Id'], name=one['Name'], kind=one['Type'])
            async for answer in self._pages(Operation.LIST_STATUSES)
            for one in answer['AgentStatusSummaryList']
        ]

    async def _read_quick_connects(self) -> list[QuickConnect]:
        return [
            QuickConnect(
                id=one['Id'], name=one['Name'], kind=QuickConnectKind(one['QuickConnectType'])
            )
            async for answer in self._pages(Operation.LIST_QUICK_CONNECTS)
            for one in answer['QuickConnectSummaryList']
        ]

    async def _pages(
        self, operation: Operation, **parameters: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield the answers of an operation, page by page."""
        token: str | None = None
        while True:
            following = {'NextToken': token} if token else {}
            answer = await self._call(operation, **parameters, MaxResults=PAGE, **following)
            yield answer
            token = answer.get('NextToken')
            if not token:
                return

    async def _call(self, operation: Operation, **parameters: Any) -> dict[str, Any]:
        return await self._client.call(operation, **self._instance, **parameters)


def _queue_now(row: dict[str, Any], at: datetime) -> QueueNow:
    return QueueNow(
        queue_id=row['Dimensions']['Queue']['Id'],
        at=at,
        counts={
            one['Metric']['Name']: one['Value'] for one in row['Collections'] if 'Value' in one
        },
    )
