"""A process that dies between commit and publication: stores a customer's message and is killed at once.

Arguments: the database's address comes by the environment (DATABASE_URL), then the chat's id, the message's id.
"""

import asyncio
import os
import signal
import sys
from uuid import UUID

from desk.db import Database
from services.chats.append_statement import append
from services.chats.outgoing import OutgoingMessage


async def main(chat_id: UUID, message_id: UUID) -> None:
    db = Database(os.environ['DATABASE_URL'], pool_size=1)
    outgoing = OutgoingMessage(id=message_id, chat_id=chat_id, content='저 아직 있어요')
    assert await append(db.statements, outgoing, None)  # commits by itself
    os.kill(os.getpid(), signal.SIGKILL)


asyncio.run(main(UUID(sys.argv[1]), UUID(sys.argv[2])))
