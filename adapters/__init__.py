"""How the outside is reached, one folder a technology."""
