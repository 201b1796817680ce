"""How people and providers ask: thin controllers, by audience."""
