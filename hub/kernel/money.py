"""Money: integer minor units of one currency. No floats, no implicit conversion, no lost cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from hub.kernel.errors import Invalid

# ISO 4217 minor-unit exponents that differ from 2, as payment providers use them
# (https://docs.stripe.com/currencies, "Zero-decimal" and "Three-decimal currencies").
ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split())
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())
TWO_DECIMAL = frozenset("USD EUR GBP CNY CHF CAD AUD NZD SGD HKD SEK NOK DKK PLN CZK HUF INR BRL MXN ZAR TRY ILS THB AED SAR".split())
CURRENCIES = ZERO_DECIMAL | THREE_DECIMAL | TWO_DECIMAL

MAX_MINOR = 10**13
"""Nothing on this site costs more (100 billion dollars); larger numbers are typing mistakes or attacks."""


def exponent(currency: str) -> int:
    """How many decimal places `currency` has. Raises Invalid for one we do not know."""
    if currency in ZERO_DECIMAL:
        return 0
    if currency in THREE_DECIMAL:
        return 3
    if currency in TWO_DECIMAL:
        return 2
    raise Invalid("We do not know this currency.", code="unknown_currency", fields={"currency": "We do not know this currency."})


@dataclass(frozen=True, order=False)
class Money:
    """`minor` units (cents, yen, fils) of `currency`; negative amounts are allowed for differences."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def of(self, minor: int) -> Money:
        """Another amount of the same currency."""
        return Money(minor, self.currency)

    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def plain(self) -> str:
        """As a form shows it: `40000.00`, without a currency or separators."""
        return f"{self.decimal():.{exponent(self.currency)}f}"

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal():,.{exponent(self.currency)}f}"


def parse(amount: str, currency: str, *, field: str = "amount") -> Money:
    """Money from what a person typed: `40,000.00`, `40000`. Raises Invalid about `field` or `currency`."""
    places = exponent(currency)
    try:
        value = Decimal(amount.strip().replace(",", "").replace(" ", "").replace("_", ""))
    except InvalidOperation:
        raise _wrong(field, "Write an amount in figures, like 2500.00.", "amount_unreadable") from None
    if not value.is_finite():
        raise _wrong(field, "Write an amount in figures, like 2500.00.", "amount_unreadable")
    if value < 0:
        raise _wrong(field, "The amount cannot be negative.", "amount_negative")
    if value > MAX_MINOR:
        raise _wrong(field, "The amount is too large.", "amount_too_large")
    minor = value.scaleb(places)
    if minor != minor.to_integral_value():
        raise _wrong(field, "This currency has fewer decimal places than the amount.", "amount_too_fine")
    if minor > MAX_MINOR:
        raise _wrong(field, "The amount is too large.", "amount_too_large")
    return Money(int(minor), currency)


def _wrong(field: str, message: str, code: str) -> Invalid:
    return Invalid(message, code=code, fields={field: message})


def split(whole: Money, weights: Sequence[int]) -> list[Money]:
    """Divide `whole` by `weights` with the largest-remainder (Hamilton) method: the parts always add up to the whole.

    Ties go to the earlier part. Raises ValueError for no weight, a negative one, or a sum of zero.
    """
    if not weights or any(weight < 0 for weight in weights) or not sum(weights):
        raise ValueError("weights must be non-negative and not all zero")
    total, sign = sum(weights), 1 if whole.minor >= 0 else -1
    shares = [divmod(abs(whole.minor) * weight, total) for weight in weights]
    left = abs(whole.minor) - sum(quotient for quotient, _ in shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
    extra = set(by_remainder[:left])
    return [Money(sign * (quotient + (i in extra)), whole.currency) for i, (quotient, _) in enumerate(shares)]


@dataclass(frozen=True)
class Breakdown:
    """What is paid, what the site keeps, what arrives: `gross == fee + net`."""

    gross: Money
    fee: Money
    net: Money


def breakdown(gross: Money, fee_bp: int) -> Breakdown:
    """Take a fee of `fee_bp` basis points (1/100 %) off `gross`, rounded half up in minor units."""
    if not 0 <= fee_bp <= 10_000:
        raise ValueError("a fee is between 0 and 10,000 basis points")
    fee = Money((gross.minor * fee_bp + 5_000) // 10_000, gross.currency)
    return Breakdown(gross, fee, gross - fee)
