"""The simulated contact centre as plain objects with rules: no HTTP, no threads, no wall clock."""

from desk.sandbox.connect.world.state import State
from desk.sandbox.connect.world.world import World

__all__ = ['State', 'World']
