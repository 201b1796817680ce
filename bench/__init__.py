"""Measurements, each beside a bare baseline of the same run: what counts is the ratio, not the machine."""
