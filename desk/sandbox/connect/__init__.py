"""A simulator of Amazon Connect: a contact centre with AWS's interfaces, on one machine.

``world`` is the centre itself, as plain objects; ``aws`` implements AWS's wire formats for it,
``softphone`` the softphone's; ``hand`` acts for its people, ``control`` offers that to programs and
people; ``faults`` simulates failures.
"""
