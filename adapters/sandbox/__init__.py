"""The sandbox: the providers' side of the wire, a program of its own with a memory of its own."""
