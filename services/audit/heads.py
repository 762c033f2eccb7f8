"""The head of the audit log, sent out of the database's reach by itself.

A chain cannot show that its newest entries are gone, nor that all of it was written anew. A head that was kept elsewhere can: so
each process writes it into its own log every few minutes, which is collected where nobody of the database gets to. Give any
of them to ``make verify-audit HEAD=…``.
"""

import asyncio

import structlog

from services.audit.chain import Chain
from services.audit.log import AuditLog

log = structlog.get_logger()

EVERY_SECONDS = 600


async def ship_heads(audit_log: AuditLog) -> None:
    """Send the head out every so often, until cancelled; say it loudly when the log is not whole."""
    while True:
        await ship_head(audit_log)
        await asyncio.sleep(EVERY_SECONDS)


async def ship_head(audit_log: AuditLog) -> Chain:
    """Look at what is new in the log, and send its head out."""
    *_, chain = [chain async for chain in audit_log.chain()]
    if chain.fault is not None:
        log.error('audit_log_broken', broken_at=chain.broken_at, fault=chain.fault.value)
    log.info('audit_head', head=str(chain.head))
    return chain
