"""How well the site knows whom one deals with: one scale for people and organisations."""

from __future__ import annotations

from hub.kernel.words import N_, Worded


class Level(Worded):
    """From the least to the most; what each rests on, for people and for organisations, is told on /trust/levels."""

    NONE = "none", N_("Nothing confirmed")
    EMAIL = "email", N_("E-mail confirmed")
    DOMAIN = "domain", N_("Domain proven")
    DOCUMENT = "document", N_("Documents checked")

    @property
    def rank(self) -> int:
        return list(Level).index(self)

    @property
    def verified(self) -> bool:
        """Shown as “verified”: the rest is “not yet verified”."""
        return self in {Level.DOMAIN, Level.DOCUMENT}


def best(*levels: Level) -> Level:
    """The highest of them; NONE for none."""
    return max(levels, key=lambda level: level.rank, default=Level.NONE)


def of_person(vouched: Level, address_confirmed: bool) -> Level:
    """What somebody vouched for, or at least the confirmed address."""
    return best(vouched, Level.EMAIL if address_confirmed else Level.NONE)
