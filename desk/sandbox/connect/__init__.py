"""Connect in a box: a contact centre that speaks AWS, on one machine.

``world`` is the centre itself, as plain objects; ``aws`` speaks for it in AWS's wire formats, ``softphone`` in the
softphone's; ``hand`` acts for the people in it, ``control`` lets programs and people do that; ``faults`` goes wrong.
"""
