"""Payments: what people are asked for, what the gateway says came of it, and what was given back. All amounts are paise."""
