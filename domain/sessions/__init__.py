"""Sessions: the live classes of a batch, from being planned to who was there."""
