"""Amazon's services: the only package that imports boto3. What it raises is a ``DeskError``, what it returns are our own types."""
