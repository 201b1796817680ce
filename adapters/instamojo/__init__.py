"""Instamojo (API v1.1): payment requests, payments and refunds, and what its webhooks and redirects hint at."""

from adapters.instamojo.client import client_for
from adapters.instamojo.payment_gateway import InstamojoPaymentGateway

__all__ = ["InstamojoPaymentGateway", "client_for"]
