"""The softphone's side of the sandbox: Amazon's own library acts as the CCP, and this package is the service behind it.

``pages`` serves the CCP's page and its shared worker, which is all that a desk embeds. ``service`` answers the
operations that the worker asks for, in the shapes of the API model inside the library (``model``), out of the same
world that ``aws`` speaks for; ``agent_words`` and ``contact_words`` put that world in the softphone's words.
"""
