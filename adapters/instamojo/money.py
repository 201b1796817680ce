"""Money between paise and Instamojo's texts with two decimals. No float on the way."""

from decimal import ROUND_HALF_UP, Decimal

MIN_PAISE = 9_00
MAX_PAISE = 200_000_00


def text_of(paise: int) -> str:
    """Return an amount as the wire has it: 500000 paise are 5000.00."""
    return f"{Decimal(paise) / 100:.2f}"


def paise_of(amount: object) -> int:
    """Return the paise of an amount, which may come as "5000.00", "5000" or a number. Raises ValueError."""
    try:
        paise = Decimal(str(amount)) * 100
    except ArithmeticError as error:
        raise ValueError(f"{amount!r} is no amount") from error
    if not paise.is_finite() or abs(paise) > 10**15:
        raise ValueError(f"{amount!r} is no amount")
    return int(paise.quantize(Decimal(1), rounding=ROUND_HALF_UP))
