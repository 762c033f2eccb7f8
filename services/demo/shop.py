"""The demo's shop: another site on this machine that shows the chat, and names a demo customer as its own."""

from dataclasses import dataclass

from desk.db import Database
from desk.errors import DeskError
from models import EVERYWHERE, SettingKind
from services.demo import people, queries
from services.registry import Services
from services.settings.sites import FIELD
from services.widget.site_keys import MOST_KEYS

CUSTOMER = 7
"""Which of the demo's customers is signed in at the shop."""


@dataclass(frozen=True, slots=True)
class LetIn:
    """What the shop is given."""

    secret: str
    claims: dict[str, str]
    """Its signed-in customer; empty when that record is gone."""


async def let_in(services: Services, db: Database, origin: str, kept: str) -> LetIn | None:
    """List the shop's site, and return its secret: the ``kept`` one while it counts, else a new one.

    ``None`` on a desk without the demo's administrator.
    """
    async with db.reading() as session:
        admin = await queries.person(session, people.seed_id('admin1'))
    if admin is None or not admin.is_active:
        return None
    kind = SettingKind.SITES
    stored = await services.desk_settings.stored(admin, kind, EVERYWHERE)
    if origin not in (sites := stored.values[FIELD].split()):
        values = {FIELD: '\n'.join([*sites, origin])}
        await services.desk_settings.edit(admin, kind, EVERYWHERE, values, version=stored.version)
    if kept not in await services.site_keys.secrets_of(origin):
        mine = [one for one in await services.site_keys.all(admin) if one.origin == origin]
        for one in mine[: len(mine) - MOST_KEYS + 1]:  # the oldest, whose secret nobody has
            await services.site_keys.retire(admin, one.id)
        kept = (await services.site_keys.make(admin, origin)).secret
    try:
        known = people.customers()[CUSTOMER]
        customer = await services.customer_records.customer(admin, known.id)
    except DeskError:
        return LetIn(kept, {})
    claims = {'customer': customer.code, 'name': customer.name, 'phone': customer.phone}
    return LetIn(kept, claims)
