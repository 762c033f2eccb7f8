"""Every kind of setting of the desk, with its store."""

from collections.abc import Iterable

from models import SettingKind
from services.contacts.queues import Queues
from services.settings.abuse_words import NEW_ABUSE_WORDS, USUAL, parsed_abuse_words
from services.settings.desk_settings import DeskSettings
from services.settings.documents import DocumentForm, Documents
from services.settings.hours_text import (
    NEW_CLOSED_DAYS,
    NEW_HOURS,
    parsed_closed_days,
    parsed_hours,
)
from services.settings.queue_store import QueueStore
from services.settings.retention import NEW_RETENTION, parsed_retention
from services.settings.sites import NEW_SITES, parsed_sites
from services.settings.stored import SettingStore
from services.settings.texts import NEW_TEXTS, parsed_texts
from services.settings.widget_look import NEW_LOOK, parsed_look
from services.work.unit_of_work import UnitsOfWork

HOURS = DocumentForm(kind=SettingKind.HOURS, new=NEW_HOURS, parsed=parsed_hours)
CLOSED_DAYS = DocumentForm(
    kind=SettingKind.CLOSED_DAYS,
    new=NEW_CLOSED_DAYS,
    parsed=parsed_closed_days,
    of_desk=True,
    of_queues=False,
)

TEXTS = DocumentForm(kind=SettingKind.TEXTS, new=NEW_TEXTS, parsed=parsed_texts, of_desk=True)

RETENTION = DocumentForm(
    kind=SettingKind.RETENTION,
    new=NEW_RETENTION,
    parsed=parsed_retention,
    of_desk=True,
    of_queues=False,
)


ABUSE_WORDS = DocumentForm(
    kind=SettingKind.ABUSE_WORDS,
    new=NEW_ABUSE_WORDS,
    parsed=parsed_abuse_words,
    of_desk=True,
    usual=USUAL,
)

SITES = DocumentForm(
    kind=SettingKind.SITES, new=NEW_SITES, parsed=parsed_sites, of_desk=True, of_queues=False
)

WIDGET = DocumentForm(kind=SettingKind.WIDGET, new=NEW_LOOK, parsed=parsed_look, of_desk=True)


def desk_settings(
    units: UnitsOfWork, queues: Queues, others: Iterable[SettingStore]
) -> DeskSettings:
    """Return the settings of the desk: queues, all documents, and ``others``."""
    forms = (HOURS, CLOSED_DAYS, TEXTS, RETENTION, ABUSE_WORDS, SITES, WIDGET)
    documents = [Documents(units, one) for one in forms]
    return DeskSettings(units, [QueueStore(queues), *documents, *others])
