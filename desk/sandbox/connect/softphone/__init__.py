"""The simulator's softphone: Amazon's own library is the CCP, and this package is the service behind it.

``pages`` serves the CCP's page and its shared worker, which is all that a desk embeds. ``service``
answers the worker's operations, in the shapes of the API model inside the library (``model``), from
the same world as ``aws``; ``agent_words`` and ``contact_words`` give the world's objects in the
softphone's formats.
"""
