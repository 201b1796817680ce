"""What anybody may ask for."""
