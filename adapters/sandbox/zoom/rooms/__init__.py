"""The rooms: meetings as those who host and attend them see them, for a person who looks into the sandbox."""
