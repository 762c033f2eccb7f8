"""Periodic work of the desk: ends abandoned and overdue contacts, deletes old data."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from services.registry import Services

SWEEP_SECONDS = 2
TIDY_SECONDS = 60
RETENTION_SECONDS = 3_600
FILES_SECONDS = 30
TRANSCRIPTS_SECONDS = 10


def tasks(services: Services, patience: timedelta) -> dict[str, Callable[[], Awaitable[None]]]:
    """Return the periodic work by name; a waiting customer who is silent for ``patience`` has gone."""
    return {
        'abandoned': lambda: give_up_silent(services, patience),
        'tidying': lambda: tidy(services),
        'retention': lambda: retain(services),
        'files': lambda: delete_files(services),
        'transcripts': lambda: store_transcripts(services),
    }


async def give_up_silent(services: Services, patience: timedelta) -> None:
    """End abandoned chats and those of silent customers, begin those left as messages, end overdue 후처리, unanswered transfers and unmade calls, remind of chats on hold, bring back those put away, announce promises and call-backs, cancel those of the blocked, give lent agents back.

    It also brings cases of 보호 and restrictions of customers to their end. Until cancelled.
    """
    while True:
        await services.visits.give_up_silent(patience)
        await services.left_messages.begin_due(await services.crowding.look())
        await services.silence.sweep()
        await services.wrap_ups.end_overdue()
        await services.transfers.end_overdue()
        await services.chats.remind_held()
        await services.snoozes.wake_due()
        await services.calls.give_up_undialled()
        await services.promises.remind()
        await services.callbacks.announce()
        await services.callbacks.close_met()
        await services.callbacks.cancel_of_blocked()
        await services.what_if.give_back_due()
        await services.case_keeping.complete()
        await services.protection_records.release_due()
        await asyncio.sleep(SWEEP_SECONDS)


async def tidy(services: Services) -> None:
    """Delete old data, and end chats of blocked customers that a killed process left, until cancelled."""
    while True:
        await services.restrictions.end_left_chats()
        await services.sign_ins.tidy()
        await services.setup_links.tidy()
        await services.password_resets.tidy()
        await services.lookups.tidy()
        await services.customer_import.tidy()
        await asyncio.sleep(TIDY_SECONDS)


async def retain(services: Services) -> None:
    """Delete what is older than the desk keeps, every hour, until cancelled."""
    while True:
        await services.retention.sweep()
        await services.case_keeping.forget()
        await services.operator_alerts.forget()
        await asyncio.sleep(RETENTION_SECONDS)


async def delete_files(services: Services) -> None:
    """Copy the files of cases of 보호, and delete files that belong to no message, or not any more, until cancelled."""
    while True:
        await services.case_files.copy_due()
        await services.files.sweep()
        await asyncio.sleep(FILES_SECONDS)


async def store_transcripts(services: Services) -> None:
    """Store the transcripts of chats that have ended, until cancelled."""
    while True:
        await services.transcript_archive.store_due()
        await asyncio.sleep(TRANSCRIPTS_SECONDS)
