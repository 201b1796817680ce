"""Problems: what will not mend itself, defined once for the dashboard that counts it and the board that mends it."""
