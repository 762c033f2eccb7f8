"""Customer sentiment: Amazon Comprehend analyses messages after they are stored, never before."""
