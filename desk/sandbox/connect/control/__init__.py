"""Control of the simulator: a JSON API with OpenAPI, a page for people, a load player.

All act through ``hand``.
"""
