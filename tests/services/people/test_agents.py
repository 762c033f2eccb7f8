"""Agents: who is here."""

from uuid import uuid4

import pytest

from desk.errors import NotFoundError
from services.registry import Services
from tests.support.make import Make


async def test_nobody_is_not_found(services: Services) -> None:
    with pytest.raises(NotFoundError):
        await services.agents.agent(uuid4())


async def test_names_are_written_as_their_owners_write_them(services: Services, make: Make) -> None:
    korean = await make.agent(first_name='서연', last_name='김')
    latin = await make.agent(first_name='Grace', last_name='Hopper')

    names = await services.agents.names([korean.id, latin.id, uuid4()])

    assert names == {korean.id: '김서연', latin.id: 'Grace Hopper'}
