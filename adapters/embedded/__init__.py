"""The database and Redis that come with the house, for when no other is named in the settings."""
