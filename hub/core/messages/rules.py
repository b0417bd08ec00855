"""The words of mails, and the signed links that stop them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from hub.kernel.words import N_, Worded


class Kind(Worded):
    """What a message is about: people choose per kind whether they want it by mail."""

    ACCOUNT = "account", N_("Account and security")
    AGREEMENT = "agreement", N_("Agreements")
    MONEY = "money", N_("Money")
    CHALLENGE = "challenge", N_("Challenges")
    ENTRY = "entry", N_("Entries")
    JUDGING = "judging", N_("Judging")
    AWARD = "award", N_("Results and awards")
    MARKET = "market", N_("Technology market")
    SEARCH = "search", N_("Search briefs")
    COMMUNITY = "community", N_("Communities")
    COMPLEMENT = "complement", N_("Platforms and products")
    MICROTASK = "microtask", N_("Tasks")
    PORTAL = "portal", N_("Portals")
    DISCUSSION = "discussion", N_("Discussions")


SALT = "hub.core.messages.unsubscribe"
ALWAYS_BY_MAIL = frozenset({Kind.ACCOUNT})
"""Nobody can switch these off: they guard the account."""

CHOSEN = (
    Kind.AGREEMENT,
    Kind.MONEY,
    Kind.CHALLENGE,
    Kind.ENTRY,
    Kind.JUDGING,
    Kind.AWARD,
    Kind.COMPLEMENT,
    Kind.MARKET,
    Kind.COMMUNITY,
    Kind.MICROTASK,
    Kind.DISCUSSION,
    Kind.PORTAL,
    Kind.SEARCH,
)
"""What the settings offer: the kinds of which something is told today."""


@dataclass(frozen=True)
class Letter:
    """One mail, all words marked for translation. `path` is where its button leads, with `%(token)s` for a secret made at sending."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str
    path: str
    token: bool = False


LETTERS = {
    "verify": Letter(
        N_("Confirm your e-mail address"),
        (
            N_("Welcome to Innovation Hub. Confirm that this address is yours, and you can enter, sign and found."),
            N_("The link works for seven days. If you did not register, leave it: nothing happens."),
        ),
        N_("Confirm my address"),
        "/verify/%(token)s",
        token=True,
    ),
    "reset": Letter(
        N_("Set a new password"),
        (
            N_("Somebody, probably you, asked to set a new password for your account."),
            N_("The link works for one hour. If it was not you, leave it: your password stays as it is."),
        ),
        N_("Set a new password"),
        "/reset/%(token)s",
        token=True,
    ),
    "registered_again": Letter(
        N_("You already have an account"),
        (
            N_("Somebody, probably you, tried to register with this address. It has an account already."),
            N_("Sign in with it. If you forgot your password, ask for a new one on the sign-in page."),
        ),
        N_("Sign in"),
        "/login",
    ),
}


def unsubscribe_token(secret: str, person_id: int, kind: Kind) -> str:
    """What an unsubscribe link carries: nobody else can make it, and it says no more than it does."""
    return str(URLSafeSerializer(secret, salt=SALT).dumps([person_id, str(kind)]))


def read_unsubscribe_token(secret: str, token: str) -> tuple[int, Kind] | None:
    """The person and kind of a link, None for a forged or mangled one."""
    try:
        person_id, kind = URLSafeSerializer(secret, salt=SALT).loads(token)
        return int(person_id), Kind(kind)
    except (BadSignature, ValueError, TypeError):
        return None


def one_line(text: str, most: int = 180) -> str:
    """Fit for a subject line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
