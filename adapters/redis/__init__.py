"""Redis: hints to open pages, nudges to workers, counters of attempts. Losing all of it loses nothing that matters."""
