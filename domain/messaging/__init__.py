"""What leaves the house: deliveries, and who must not be written to."""
