"""Runs the command as `python -m adapters.cli`."""

from adapters.cli import main

if __name__ == "__main__":  # a forked program has this module too, and begins elsewhere
    main()
