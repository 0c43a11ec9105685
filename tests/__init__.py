"""The tests: conversations first, then each promise of the house in a file of its own."""
