"""Amounts as people write and read them: rupees typed, paise kept."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.language import _, number

HOME_ZONE = ZoneInfo("Asia/Kolkata")
# What the gateway takes in one payment.
LEAST_PAISE = 9_00
MOST_PAISE = 2_00_000_00
MOST_TOTAL_PAISE = 1_00_00_000_00


def rupees(paise: int) -> str:
    """Write paise as rupees with lakh grouping; paise are shown only where there are any."""
    rest = abs(paise) % 100
    return ("-" if paise < 0 else "") + "₹" + number(abs(paise) // 100) + (f".{rest:02d}" if rest else "")


def typed_rupees(paise: int) -> str:
    """Write paise as they stand in a field: 4999 or 4999.50."""
    return f"{paise // 100}" + (f".{paise % 100:02d}" if paise % 100 else "")


def read_rupees(text: str) -> int:
    """Return the paise of a typed amount like ₹ 4,999.50; raise ValueError with what is wrong, in words for people."""
    plain = text.replace("₹", "").replace(",", "").replace(" ", "").replace("\u00a0", "")
    if not plain:
        raise ValueError(_("Please write an amount."))
    try:
        amount = Decimal(plain) * 100
    except ArithmeticError:  # no number, or one beyond all bounds
        raise ValueError(_("Please write an amount in rupees, like 4999 or 4,999.50.")) from None
    if not amount.is_finite() or abs(amount) > MOST_TOTAL_PAISE * 100:
        raise ValueError(_("Please write an amount in rupees, like 4999 or 4,999.50."))
    if amount != int(amount):
        raise ValueError(_("There is nothing smaller than a paisa: two decimals at most."))
    return int(amount)


def problem_with_part(paise: int) -> str:
    """Return in words why the gateway takes no payment of this amount; nothing when it does."""
    if paise < LEAST_PAISE:
        return _("At least {least}: the payment gateway takes no less.", least=rupees(LEAST_PAISE) + ".00")
    if paise > MOST_PAISE:
        return _("At most {most} in one payment. Divide it into parts.", most=rupees(MOST_PAISE) + ".00")
    return ""


def rupees_sql(paise: str) -> str:
    """Return SQL that writes an amount as `rupees` does."""
    whole = rf"regexp_replace((({paise})::bigint / 100)::text, '(\d)(?=(\d\d)+\d$)', '\1,', 'g')"
    rest = (
        f"case when ({paise})::bigint % 100 <> 0 then '.' || lpad((({paise})::bigint % 100)::text, 2, '0') else '' end"
    )
    return f"'₹' || {whole} || {rest}".replace("%", "%%")
