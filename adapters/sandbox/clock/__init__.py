"""The clock: what happens next in the product and at the providers, and moving business time on from moment to moment."""
