"""A process that dies while it sends an alert: arguments are when (``before`` or ``after`` SNS took it) and SNS's port.

The database's address comes by the environment (DATABASE_URL).
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping

from redis.asyncio import Redis

from desk.db import Database
from desk.events import Topics
from desk.stream import EventStream
from services.alerting.deliveries import AlertDeliveries
from services.aws.alert_topic import SnsTopic
from services.work.relay import Relay
from services.work.unit_of_work import UnitsOfWork
from tests.support.readers import Reader


class Dying(SnsTopic):
    """The topic of a process that is killed."""

    async def publish(self, headline: str, body: str, attributes: Mapping[str, str]) -> None:
        if sys.argv[1] == 'after':
            await super().publish(headline, body, attributes)
        os.kill(os.getpid(), signal.SIGKILL)


async def main() -> None:
    db = Database(os.environ['DATABASE_URL'], pool_size=1)
    relay = Relay(db, EventStream(Redis.from_url('redis://127.0.0.1:1'), Topics()))
    topic = Reader(int(sys.argv[2]), '').topic()
    topic.__class__ = Dying
    await AlertDeliveries(UnitsOfWork(db, relay), topic).send_due()


asyncio.run(main())
