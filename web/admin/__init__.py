"""How admins ask."""
