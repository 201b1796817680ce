"""One timeline per person: everything that concerned them and everything that is planned for them, in one round trip."""
