"""A running sandbox, and what a test needs to use it: boto3's clients and the hand."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator
from urllib3 import PoolManager

from desk.sandbox.connect.aws import checking
from desk.sandbox.connect.aws.models import catalogue
from desk.sandbox.connect.seed import INSTANCE_ID, seed_id
from tests.support.ports import free_port

ROOT = Path(__file__).parents[3]
START_SECONDS = 60
AVAILABLE, OFFLINE, LUNCH = (seed_id(f'status/{n}') for n in ('상담 가능', '오프라인', '점심'))
ORDERS, PAYMENTS, SUPPORT = (seed_id(f'queue/{n}') for n in ('주문·배송', '결제·환불', '기술지원'))
ORDERS_FLOW = seed_id('flow/주문·배송')
NUMBER = '+821012345678'


class RefusedError(Exception):
    """The hand did not do it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f'{status} {text}')
        self.status = status


class Box:
    """One sandbox process."""

    def __init__(self, port: int, moto_port: int, pid: int) -> None:
        self.pid = pid
        self.url = f'http://127.0.0.1:{port}'
        self.moto_url = f'http://127.0.0.1:{moto_port}'
        self.instance = {'InstanceId': INSTANCE_ID}
        self.arn = f'arn:aws:connect:ap-northeast-2:111122223333:instance/{INSTANCE_ID}'
        self._clients: dict[str, BaseClient] = {}

    def client(self, service: str, *, url: str = '', **config: Any) -> Any:
        """boto3's client of a service; connect and its kin are the sandbox, the rest is moto."""
        ours = service in {'connect', 'connectparticipant', 'connect-contact-lens', 'comprehend'}
        key = f'{service}{config}'
        if key not in self._clients:
            self._clients[key] = boto3.client(
                service,
                endpoint_url=url or (self.url if ours else self.moto_url),
                region_name='ap-northeast-2',
                aws_access_key_id='any',
                aws_secret_access_key='any',
                config=Config(retries={'total_max_attempts': 1}, **config),
            )
        return self._clients[key]

    @cached_property
    def connect(self) -> Any:
        return self.client('connect')

    @cached_property
    def chat(self) -> Any:
        return self.client('connectparticipant')

    def call(self, key: str, **parameters: Any) -> dict[str, Any]:
        """Call ``service.Operation`` by boto3; the answer keeps the rules of its model."""
        operation = catalogue().operations[key]
        answer = self.unchecked(key, parameter_validation=True, **parameters)
        assert answer.pop('ResponseMetadata')['HTTPStatusCode'] == 200
        shape = operation.model.output_shape
        if shape is not None:
            assert list(checking.lacking(shape, answer)) == []
            assert list(checking.wrong(shape, answer)) == []
            assert set(answer) <= set(shape.members)
            found = ParamValidator().validate(answer, shape)  # botocore's own opinion
            assert not found.has_errors(), found.generate_report()
        return dict(answer)

    def unchecked(
        self, key: str, *, parameter_validation: bool = False, **parameters: Any
    ) -> dict[str, Any]:
        """Call by boto3 without its own look at the parameters."""
        service, _, wanted = key.partition('.')
        client = self.client(service, parameter_validation=parameter_validation)
        name = next(n for n, o in client.meta.method_to_api_mapping.items() if o == wanted)
        return dict(getattr(client, name)(**parameters))

    def raw(self, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
        """Ask without boto3: status, headers, body as JSON or bytes."""
        with PoolManager() as http:
            response = http.request(method, self.url + path, **more)
            body = response.data
            is_json = 'json' in response.headers.get('Content-Type', '')
            return response.status, response.headers, json.loads(body) if is_json else body

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def put(self, upload: dict[str, Any], content: bytes) -> None:
        """Upload a file to where an upload's answer says."""
        request = Request(
            upload['Url'], data=content, headers=upload['HeadersToInclude'], method='PUT'
        )
        with urlopen(request, timeout=10) as response:
            assert response.status == 200

    def hand(self, method: str, path: str, **body: Any) -> Any:
        """Do something by the hand of whoever tests."""
        request = Request(
            f'{self.url}/_sandbox/{path}',
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={'Content-Type': 'application/json'},
        )
        try:
            with urlopen(request, timeout=10) as response:
                content = response.read()
        except HTTPError as error:
            with error:
                raise RefusedError(error.code, error.read().decode()) from None
        return json.loads(content) if content else None

    def start_over(self) -> None:
        """Be a fresh centre, unthrottled, with a clock that stands still."""
        self.hand('DELETE', 'state')
        self.hand('PUT', 'throttles', on=False)
        self.hand('POST', 'clock', held=True)

    def advance(self, seconds: float) -> None:
        self.hand('POST', 'clock', advance=seconds)

    def sign_in(self, username: str = 'agent1', *, auto_accept: bool = False) -> str:
        """Let an agent be available; return their id."""
        if auto_accept:
            self.hand('PATCH', f'agents/{username}', auto_accepts=['VOICE', 'CHAT', 'TASK'])
        self.set_status(username, AVAILABLE)
        return seed_id(f'user/{username}')

    def set_status(self, username: str, status_id: str) -> None:
        user_id = seed_id(f'user/{username}')
        self.connect.put_user_status(UserId=user_id, AgentStatusId=status_id, **self.instance)

    def ring(self, queue_id: str = ORDERS, number: str = NUMBER) -> str:
        return str(self.hand('POST', 'calls', number=number, queue_id=queue_id)['id'])

    def act(self, verb: str, contact_id: str, username: str = 'agent1', **more: Any) -> Any:
        return self.hand('POST', f'agents/{username}/{verb}', contact_id=contact_id, **more)

    def start_chat(self, **more: Any) -> dict[str, Any]:
        return dict(
            self.connect.start_chat_contact(
                ContactFlowId=ORDERS_FLOW,
                ParticipantDetails={'DisplayName': '홍길동'},
                **self.instance,
                **more,
            )
        )

    def start_task(self, **more: Any) -> str:
        return str(
            self.connect.start_task_contact(
                ContactFlowId=ORDERS_FLOW, Name='주소 확인', **self.instance, **more
            )['ContactId']
        )

    def token_of(self, participant_token: str) -> str:
        """Connect a participant; return the connection's token."""
        answer = self.chat.create_participant_connection(
            ParticipantToken=participant_token,
            Type=['CONNECTION_CREDENTIALS'],
            ConnectParticipant=True,
        )
        return str(answer['ConnectionCredentials']['ConnectionToken'])

    def stage_with(self, username: str = 'agent1') -> dict[str, str]:
        """Return what an agent has in hand: state by contact."""
        found = self.connect.get_current_user_data(
            Filters={'Agents': [seed_id(f'user/{username}')]}, **self.instance
        )['UserDataList']
        return {c['ContactId']: c['AgentContactState'] for u in found for c in u['Contacts']}

    def told(self, contact_id: str) -> list[str]:
        """Return the types of the contact's events, in order."""
        return [
            event['detail']['eventType']
            for event in self.hand('GET', 'events')
            if event.get('detail', {}).get('contactId') == contact_id
        ]


def code_of(error: ClientError) -> tuple[str, int]:
    """Return an error's code and status."""
    return error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']


@contextmanager
def running_box(folder: Path, **environment: str) -> Iterator[Box]:
    """Run the sandbox as a process of its own."""
    port = int(environment.get('SANDBOX_AWS_PORT') or free_port())
    moto_port = free_port()
    settings = {
        'SANDBOX_AWS_PORT': str(port),
        'SANDBOX_MOTO_PORT': str(moto_port),
        'SANDBOX_DISORDER': 'false',
        'MOTO_SQS_ENFORCE_STRICT_QUEUE_PURGE_BEHAVIOUR': 'false',  # each test begins with an empty queue
        **environment,
    }
    with (folder / 'sandbox.log').open('wb') as log:
        process = subprocess.Popen(
            [sys.executable, '-m', 'desk.sandbox.connect'],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        )
        try:
            box = Box(port, moto_port, process.pid)
            _wait_for(box, process, folder / 'sandbox.log')
            yield box
            box.close()
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(box: Box, process: 'subprocess.Popen[bytes]', log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            box.hand('GET', 'health')
        except (URLError, RefusedError, OSError):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        else:
            return
