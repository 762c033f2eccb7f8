"""A small desk in a browser tab, driven through Amazon's unmodified library; and what a test asks of it."""

import re
from collections.abc import Awaitable
from functools import partial
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as WebError

from tests.support.sandbox.box import Box
from tests.support.until import until as tests_until

until = partial(tests_until, seconds=15)


class Phone:
    """One tab of one agent."""

    def __init__(
        self, page: Page, desk: str, address: str, *, agent: str = '', name: str = 'desk'
    ) -> None:
        """Use a tab: the desks' pages are at ``desk``, the CCP at ``address``."""
        self.page = page
        self._desk = desk
        self._name = name
        self._address = address
        self._query = f'?agent={agent}' if agent else ''

    async def beside(self, agent: str = '') -> 'Phone':
        """Open another tab of the same browser, for the same agent or for one who is named in the CCP's address."""
        page = await self.page.context.new_page()
        return await Phone(page, self._desk, self._address, agent=agent).ready()

    async def open(self, **options: Any) -> None:
        """Load the desk, which embeds the CCP."""
        await self.page.goto(f'{self._desk}/{self._name}')
        await self.page.evaluate(
            'openDesk', {'ccpUrl': f'{self._address}/ccp-v2/{self._query}', **options}
        )

    async def ready(self, **options: Any) -> 'Phone':
        """Load the desk; return when the library has the agent."""
        await self.open(**options)
        await self.page.wait_for_function('() => window.agent')
        return self

    async def see(self) -> dict[str, Any]:
        """Return what the library knows of the agent and their contacts."""
        return dict(await self.page.evaluate('picture()'))

    async def state(self) -> str:
        """Return the name of the agent's state."""
        return str((await self.see())['state'])

    async def shows(self, contact_id: str, state: str) -> None:
        """Wait until a contact is in a state; ``gone`` is nowhere."""

        async def is_so() -> bool:
            contact = (await self.see())['contacts'].get(contact_id)
            return bool((contact['state'] if contact else 'gone') == state)

        await until(is_so)

    async def is_in(self, state: str) -> None:
        """Wait until the agent is in a state."""

        async def is_so() -> bool:
            return await self.state() == state

        await until(is_so)

    async def legs(self, contact_id: str) -> dict[str, str]:
        """Return the states of a contact's ends: the agent's, the customer's, the third's."""
        legs = (await self.see())['contacts'][contact_id]['legs']
        return dict(
            zip(('agent', 'customer', 'third', 'fourth'), (leg[1] for leg in legs), strict=False)
        )

    async def has_legs(self, contact_id: str, **wanted: str) -> None:
        """Wait until a contact's ends are in these states."""

        async def are_so() -> bool:
            legs = await self.legs(contact_id)
            return all(legs.get(who) == state for who, state in wanted.items())

        await until(are_so)

    async def do(self, what: str) -> Any:
        """Call the library with callbacks: ``do('agent.setState(…, %s)')``; fails with its error."""
        return await self.page.evaluate(f'() => ask((callbacks) => {what})')

    async def on_contact(self, verb: str, contact_id: str) -> None:
        """Do something with a contact: accept, reject, clear …"""
        await self.do(f'contactOf("{contact_id}").{verb}(callbacks)')

    async def on_leg(self, verb: str, contact_id: str, whose: str = 'customer') -> None:
        """Do something with one end of a contact: hold, resume, destroy …"""
        await self.do(f'connectionOf("{contact_id}", "{whose}").{verb}(callbacks)')

    async def choose(self, name: str, *, next_one: bool = False) -> None:
        """Choose a state by its name."""
        await self.do(
            f'agent.setState(agent.getAgentStates().find((s) => s.name === "{name}"), callbacks,'
            f' {{enqueueNextState: {"true" if next_one else "false"}}})'
        )

    async def consult(self, contact_id: str, name: str) -> None:
        """Call who has this name among the quick connects into a contact."""
        await self.page.evaluate(
            """async ([id, name]) => {
                const endpoint = await endpointNamed(name);
                await ask((callbacks) => contactOf(id).addConnection(endpoint, callbacks));
            }""",
            [contact_id, name],
        )

    async def call(self, name: str) -> str:
        """Call who has this name among the quick connects; return the contact's id."""
        await self.page.evaluate(
            """async (name) => {
                const endpoint = await endpointNamed(name);
                await ask((callbacks) => agent.connect(endpoint, callbacks));
            }""",
            name,
        )
        return await self.only_contact()

    async def dial(self, number: str) -> str:
        """Call a number; return the contact's id."""
        await self.do(f'agent.connect(connect.Endpoint.byPhoneNumber("{number}"), callbacks)')
        return await self.only_contact()

    async def only_contact(self) -> str:
        """Wait for the one contact of the agent; return its id."""

        async def is_there() -> bool:
            return len((await self.see())['contacts']) == 1

        await until(is_there)
        [contact_id] = (await self.see())['contacts']
        return str(contact_id)

    async def events(self, contact_id: str = '') -> list[str]:
        """Return the names of what the library has told, of a contact or of the agent, in order."""
        heard = await self.page.evaluate('heard')
        wanted = contact_id or 'agent'
        return [each['event'] for each in heard if wanted in {each.get('id'), each['who']}]

    async def course(self, contact_id: str) -> list[str]:
        """Return the events of a contact's own course; ``onAccepted`` travels apart from them, by the worker."""
        return [each for each in await self.events(contact_id) if each != 'onAccepted']

    async def hears(self, event: str, contact_id: str = '') -> None:
        """Wait until the library has told something."""

        async def was_told() -> bool:
            heard = await self.page.evaluate('heard')
            return any(
                each['event'] == event and contact_id in {'', each.get('id')} for each in heard
            )

        await until(was_told)


async def refusal(act: Awaitable[Any]) -> str:
    """Return the name of the error that the library gives for an act."""
    with pytest.raises(WebError) as error:
        await act
    return next(iter(re.findall(r'"type":"(\w+)"', str(error.value))), str(error.value))


async def sign_in(context: BrowserContext, box: Box, username: str) -> None:
    """Sign an agent in at the sandbox, as their identity provider would."""
    await context.request.get(f'{box.url}/connect/login', params={'agent': username})
