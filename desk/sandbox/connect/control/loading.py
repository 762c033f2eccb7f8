"""Routes for playing a load: start, stop, progress."""

from fastapi import APIRouter

from desk.sandbox.connect.control.answers import REFUSED
from desk.sandbox.connect.control.load.plan import LoadPlan
from desk.sandbox.connect.control.load.player import LoadProgress, Player


def router(player: Player) -> APIRouter:
    """Return the load player's routes."""
    api = APIRouter(prefix='/load', tags=['load'])

    @api.get('')
    async def progress() -> LoadProgress:
        """Return the progress, the played actions, and their delays."""
        return player.progress

    @api.post('', responses=REFUSED)
    async def begin(plan: LoadPlan) -> LoadProgress:
        """Play customers and agents from now on (a day: from the next midnight in Seoul).

        The clock is held and moved by the player. The same seed, played in the same state, is the same history.
        """
        player.begin(plan)
        return player.progress

    @api.delete('')
    async def stop() -> LoadProgress:
        """Stop playing; open contacts stay."""
        player.stop()
        return player.progress

    return api
