"""How customers sound: their lines are sent to Amazon Comprehend after they are stored, never on their way."""
