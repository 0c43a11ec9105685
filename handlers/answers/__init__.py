"""Answers to questions that stand alone; each module registers its own in `handlers.topics`."""
