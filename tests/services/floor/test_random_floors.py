"""Twenty random floors (``make soak`` plays a thousand): routing keeps what it promises, whatever happens in any order."""

import pytest

from desk.db import Database
from services.registry import Services
from tests.support.floors import play
from tests.support.make import Make

HISTORIES = 20


@pytest.mark.slow
@pytest.mark.parametrize('seed', range(HISTORIES))
async def test_promises_of_routing_hold(
    services: Services, another_desk: Services, make: Make, db: Database, seed: int
) -> None:
    await play([services, another_desk], make, db, seed=seed)
