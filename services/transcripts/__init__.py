"""Whole conversations: as JSON in the bucket, and as PDF or text for agents and customers. Private notes are in none of them."""
