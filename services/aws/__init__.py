"""Amazon's services: the only package that imports boto3.

It raises ``DeskError`` and returns the desk's own types.
"""
