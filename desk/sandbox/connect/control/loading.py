"""Playing a load: start it, stop it, see how far it is."""

from fastapi import APIRouter

from desk.sandbox.connect.control.answers import REFUSED
from desk.sandbox.connect.control.load.plan import LoadPlan
from desk.sandbox.connect.control.load.player import LoadProgress, Player


def router(player: Player) -> APIRouter:
    """Serve the load player."""
    api = APIRouter(prefix='/load', tags=['load'])

    @api.get('')
    async def progress() -> LoadProgress:
        """Return how far it is, what was played, and how late things happened."""
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
        """Play no more; what goes on goes on."""
        player.stop()
        return player.progress

    return api
