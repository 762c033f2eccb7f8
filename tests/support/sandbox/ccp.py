"""A CCP without a browser: signs in, and asks the service as the library's worker does."""

import json
import re
from typing import Any

from desk.sandbox import vendor
from desk.sandbox.connect.aws import checking
from desk.sandbox.connect.softphone.model import SoftphoneModel
from desk.settings import Settings
from tests.support.sandbox.box import Box

SETTINGS = re.compile(r'<script type="application/json" id="settings">(.*?)</script>')


class CcpError(Exception):
    """The service answered with an error."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(f'{status} {name}: {message}')
        self.status = status
        self.name = name
        self.message = message


def library_model() -> SoftphoneModel:
    """The model inside the library."""
    return SoftphoneModel(vendor.content(vendor.STREAMS, Settings().desk_home).decode())


class Ccp:
    """One agent's softphone."""

    def __init__(self, box: Box, username: str = 'agent1') -> None:
        self._box = box
        self._model = library_model()
        status, _, page = box.raw('GET', f'/ccp-v2/?agent={username}')
        assert status == 200
        [settings] = SETTINGS.findall(page.decode())
        self.settings: dict[str, Any] = json.loads(settings)
        self.token = self.settings['authToken']

    def ask(self, name: str, /, **parameters: Any) -> dict[str, Any]:
        """Ask for an operation; what is answered keeps the library's own model."""
        operation = self._model.operation(name)
        assert operation is not None
        if 'authentication' in operation.takes.members:
            parameters = {'authentication': {'authToken': self.token}, **parameters}
        answer = self.send(name, json.dumps(parameters).encode())
        assert list(checking.lacking(operation.answers, answer)) == []
        assert set(answer) <= set(operation.answers.members)
        return answer

    def send(self, name: str, body: bytes) -> dict[str, Any]:
        """Send a request as it is."""
        headers = {'X-Amz-Target': f'AmazonConnectCTIService.{name}', 'X-Amz-Bearer': self.token}
        status, _, answer = self._box.raw('POST', '/connect/api', headers=headers, body=body)
        if status != 200:
            raise CcpError(status, answer['__type'], answer['message'])
        return dict(answer)

    def snapshot(self) -> dict[str, Any]:
        """How the agent is now."""
        return dict(self.ask('GetAgentSnapshot')['snapshot'])

    def contact(self, contact_id: str) -> dict[str, Any]:
        """What the agent has of a contact."""
        return next(c for c in self.snapshot()['contacts'] if c['contactId'] == contact_id)

    def leg(self, contact_id: str, place: int) -> str:
        """The id of an end of a contact: 0 is the agent's."""
        return str(self.contact(contact_id)['connections'][place]['connectionId'])

    def choose(self, name: str, **more: Any) -> None:
        states = self.ask('GetAgentStates')['states']
        state = next(each for each in states if each['name'] == name)
        self.ask('PutAgentState', state=state, **more)

    def quick_connect(self, name: str) -> dict[str, Any]:
        found = self.ask('GetEndpoints', queueARNs=[])['endpoints']
        return dict(next(each for each in found if each['name'] == name))
