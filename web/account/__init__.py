"""What everybody who is signed in may ask for about their own account."""
