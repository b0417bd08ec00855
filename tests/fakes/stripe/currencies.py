"""Currencies and amounts as Stripe counts them (docs.stripe.com/currencies)."""

from __future__ import annotations

from tests.fakes.stripe.errors import Refusal

CURRENCIES = frozenset(
    """usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve
    czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd
    kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg
    qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof
    xpf yer zar zmw""".split()
)
NO_MINOR_UNIT = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split())
THOUSANDTHS = frozenset("bhd jod kwd omr tnd".split())
LEAST = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300,
    "sgd": 50, "thb": 1000,
}  # fmt: skip
MOST = 99_999_999


def exponent(currency: str) -> int:
    return 0 if currency in NO_MINOR_UNIT else 3 if currency in THOUSANDTHS else 2


def shown(amount: int, currency: str) -> str:
    places = exponent(currency)
    return f"{amount / 10**places:,.{places}f} {currency.upper()}"


def check_charge(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse what no card can be charged: too little, too much, or a fraction that the currency does not have."""
    if amount < LEAST.get(currency, 1):
        least = shown(LEAST.get(currency, 1), currency)
        raise Refusal(f"Amount must be at least {least}", code="amount_too_small", param=param)
    if amount > MOST:
        raise Refusal(f"Amount must be no more than {shown(MOST, currency)}", code="amount_too_large", param=param)
    check_fraction(amount, currency, param)


def check_fraction(amount: int, currency: str, param: str = "amount") -> None:
    """Three-decimal currencies must end in 0; ISK is written with two decimals that are always 00."""
    if currency in THOUSANDTHS and amount % 10:
        raise Refusal(f"Invalid amount: in {currency} the last digit must be 0", code="parameter_invalid_integer", param=param)
    if currency == "isk" and amount % 100:
        raise Refusal("Invalid amount: in isk the last two digits must be 00", code="parameter_invalid_integer", param=param)


def card_fee(amount: int, currency: str) -> int:
    """2.9 % and thirty hundredths, rounded half up."""
    fixed = 30 * 10 ** exponent(currency) // 100
    return min(amount, (amount * 29 + 500) // 1000 + fixed)
