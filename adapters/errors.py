"""What goes wrong outside the business, in one plain line for whoever runs the program."""


class CannotStart(Exception):
    """Something needed is missing, busy or wrong; the message says what, and what to do about it."""
