"""Connect in a box: a contact centre that speaks AWS, on one machine.

``world`` is the centre itself, as plain objects; ``aws`` speaks for it in AWS's wire formats; ``hand`` lets a test or
a page act for the people in it. The softphone's side will stand beside ``aws`` as ``softphone``, the control page as
``control``.
"""
