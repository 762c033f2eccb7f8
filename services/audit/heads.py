"""Writes the head of the audit log to places that the database cannot change.

A chain cannot show that its newest entries are missing or that it was rewritten as a whole. A head
stored elsewhere can: so each process writes it to its own log every few minutes, and logs are
collected outside the reach of database administrators. Pass any of them to ``make verify-audit
HEAD=…``.
"""

import asyncio

import structlog

from services.audit.chain import Chain
from services.audit.log import AuditLog

log = structlog.get_logger()

EVERY_SECONDS = 600


async def ship_heads(audit_log: AuditLog) -> None:
    """Log the head at intervals, until cancelled; log an error when the chain is broken."""
    while True:
        await ship_head(audit_log)
        await asyncio.sleep(EVERY_SECONDS)


async def ship_head(audit_log: AuditLog) -> Chain:
    """Verify new entries, and log the head."""
    *_, chain = [chain async for chain in audit_log.chain()]
    if chain.fault is not None:
        log.error('audit_log_broken', broken_at=chain.broken_at, fault=chain.fault.value)
    log.info('audit_head', head=str(chain.head))
    return chain
