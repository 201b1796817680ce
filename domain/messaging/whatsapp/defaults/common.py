"""What the templates have in common: prices in paise, and the words of marketing's footer."""

from decimal import Decimal

STOP = "Reply STOP to opt out"
UTILITY, MARKETING = Decimal(13), Decimal(88)
