"""Pure rules of themes: colours, what must be told apart, the stylesheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.kernel.errors import Invalid
from hub.kernel.words import N_, Worded

RADIUS = range(25)

Colour = tuple[int, int, int]


class Scheme(Worded):
    LIGHT = "light", N_("Light")
    DARK = "dark", N_("Dark")


class Token(Worded):
    """A colour that a portal chooses."""

    ACCENT = "accent", N_("Accent")
    ACCENT_INK = "accent_ink", N_("Text on the accent")
    PAPER = "paper", N_("Background")
    SHEET = "sheet", N_("Surface")
    INK = "ink", N_("Text")
    LINK = "link", N_("Links")


SITE: Mapping[Scheme, Mapping[str, str]] = {
    Scheme.LIGHT: {
        "accent": "#1f4f46", "accent_ink": "#ffffff", "paper": "#faf9f6", "sheet": "#ffffff", "ink": "#1c1e22", "link": "#14594c",
        "focus": "#b4530a", "good": "#1d6b3a", "warn": "#835000", "bad": "#a3242b", "info": "#1c5aa6", "contest": "#8a4b08",
        "community": "#2b6a2f", "complement": "#6a3a9c", "microtask": "#1c5aa6", "market": "#0f6470", "search": "#9b2d5b",
    },
    Scheme.DARK: {
        "accent": "#8fd3c1", "accent_ink": "#0d1f1b", "paper": "#14161a", "sheet": "#1b1e24", "ink": "#e9e7e2", "link": "#8fd3c1",
        "focus": "#ffb35c", "good": "#7fd49b", "warn": "#f0b860", "bad": "#ff9a9a", "info": "#96c1f5", "contest": "#f2b56b",
        "community": "#94d397", "complement": "#cdaaf2", "microtask": "#96c1f5", "market": "#83d2dd", "search": "#f3a3c4",
    },
}  # fmt: skip
"""The site's own colours, as in static/css/hub.css; a test compares them."""
COLOURED = ("good", "warn", "bad", "info", "contest", "community", "complement", "microtask", "market", "search")
"""Colours of words that mean something; a portal keeps them, moved until they can be read on its surfaces."""
TEXT, GRAPHIC = 4.5, 3.0
"""Least contrast by WCAG 2.2: text (1.4.3), parts of controls and graphics (1.4.11)."""
PAIRS: tuple[tuple[Token, Token, float], ...] = (
    (Token.INK, Token.PAPER, TEXT),
    (Token.INK, Token.SHEET, TEXT),
    (Token.LINK, Token.PAPER, TEXT),
    (Token.LINK, Token.SHEET, TEXT),
    (Token.ACCENT, Token.PAPER, GRAPHIC),
    (Token.ACCENT, Token.SHEET, GRAPHIC),
    (Token.ACCENT_INK, Token.ACCENT, TEXT),
)
"""What must be told apart: this colour on that one, and how much contrast it takes."""


# Colours


def read_colour(text: object) -> Colour | None:
    """`#1f4f46` or `#fff`; None for anything else, which never reaches a stylesheet."""
    if not isinstance(text, str) or not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text.strip()):
        return None
    digits = text.strip()[1:]
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def write_colour(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 (black) to 1 (white). Source: WCAG 2.2, definition of relative luminance (sRGB, IEC 61966-2-1)."""

    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio, 1 to 21, the same both ways round. Source: WCAG 2.2, definition of contrast ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def shown_ratio(ratio: float) -> str:
    """With two digits, never rounded up: 4.499 is `4.49`, because it does not pass for 4.5."""
    return f"{int(ratio * 100) / 100:.2f}".rstrip("0").rstrip(".")


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with `share` (0 to 1) of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def reads_on(colour: Colour, grounds: Iterable[Colour], needed: float) -> bool:
    return all(contrast(colour, ground) >= needed for ground in grounds)


def nearest(colour: Colour, grounds: Sequence[Colour], needed: float) -> Colour | None:
    """The colour next to this one, made darker or lighter, that has the `needed` contrast on all grounds; None if there is none."""
    for step in range(256):
        for end in ((0, 0, 0), (255, 255, 255)):
            found = mix(colour, end, step / 255)
            if reads_on(found, grounds, needed):
                return found
    return None


# A theme


@dataclass(frozen=True)
class Theme:
    """The colours somebody chose, by scheme; a scheme that is not there is worked out. `radius` is in CSS pixels."""

    colours: Mapping[Scheme, Mapping[Token, Colour]]
    radius: int = 10

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        chosen = {s.value: {t.value: write_colour(c) for t, c in colours.items()} for s, colours in self.colours.items()}
        return {**chosen, "radius": self.radius}


@dataclass(frozen=True)
class Pair:
    """One colour on another: the contrast measured, the contrast needed, and the nearest colour that would do."""

    scheme: Scheme
    front: Token
    ground: Token
    colours: tuple[Colour, Colour]
    needed: float
    suggested: Colour | None

    @property
    def measured(self) -> float:
        return contrast(*self.colours)

    @property
    def passes(self) -> bool:
        return self.measured >= self.needed

    @property
    def field(self) -> str:
        """The form's field of the colour that should change."""
        return f"{self.scheme}.{self.front}"


def read_theme(sent: Mapping[str, Any]) -> Theme:
    """A theme from `{"light": {"accent": "#..."}, "dark": {...}, "radius": 10}`; what is left out is the site's own.

    Raises Invalid (code bad_theme) naming each value that is no colour or no radius, or that nobody knows.
    """
    wrong: dict[str, str] = {}
    known = {scheme.value for scheme in Scheme} | {"radius"}
    wrong |= {str(name): N_("A theme has no such part.") for name in sent if name not in known}
    colours: dict[Scheme, dict[Token, Colour]] = {}
    for scheme in Scheme:
        given = sent.get(scheme.value) or {}
        if not isinstance(given, Mapping):
            wrong[scheme.value] = N_("Send the colours by their names.")
            continue
        colours[scheme] = {}
        for name, text in given.items():
            colour = read_colour(text)
            if name not in set(Token):
                wrong[f"{scheme}.{name}"] = N_("A theme has no such part.")
            elif colour is None:
                wrong[f"{scheme}.{name}"] = N_("Write a colour as # and six digits, like #1f4f46.")
            else:
                colours[scheme][Token(name)] = colour
    radius = sent.get("radius", 10)
    if isinstance(radius, bool) or not isinstance(radius, int) or radius not in RADIUS:
        wrong["radius"] = N_("Choose a whole number from 0 to 24.")
    if wrong:
        raise Invalid(N_("Some colours need another look."), code="bad_theme", fields=wrong)
    return Theme({scheme: chosen for scheme, chosen in colours.items() if chosen}, radius)


def site_colour(scheme: Scheme, name: str) -> Colour:
    colour = read_colour(SITE[scheme][name])
    assert colour is not None
    return colour


def filled(theme: Theme, scheme: Scheme) -> dict[Token, Colour]:
    """All colours of a scheme: those chosen, else the site's. Dark ones that nobody chose follow the light accent and link."""
    chosen, light = dict(theme.colours.get(scheme, {})), theme.colours.get(Scheme.LIGHT, {})
    found = {token: site_colour(scheme, token) for token in Token} | chosen
    if scheme is Scheme.LIGHT:
        return found
    grounds = (found[Token.PAPER], found[Token.SHEET])
    for token in (Token.ACCENT, Token.LINK):
        if token in light and token not in chosen:
            found[token] = nearest(light[token], grounds, TEXT) or found[token]
    if Token.ACCENT_INK not in chosen:
        found[Token.ACCENT_INK] = nearest(found[Token.ACCENT_INK], (found[Token.ACCENT],), TEXT) or found[Token.ACCENT_INK]
    return found


def pairs(theme: Theme) -> list[Pair]:
    """Every pair that has to be told apart, in the light scheme and, if its colours were chosen, in the dark one."""
    found = []
    for scheme in [Scheme.LIGHT, *([Scheme.DARK] if theme.colours.get(Scheme.DARK) else [])]:
        colours = filled(theme, scheme)
        for front, ground, needed in PAIRS:
            grounds = [colours[other] for token, other, _ in PAIRS if token is front]
            suggested = nearest(colours[front], grounds, needed)
            found.append(Pair(scheme, front, ground, (colours[front], colours[ground]), needed, suggested))
    return found


def check_contrast(theme: Theme) -> None:
    """Raises Invalid (code contrast): the first pair with too little, its ratios and a colour that passes; every failing field is named."""
    failing = [pair for pair in pairs(theme) if not pair.passes]
    if not failing:
        return
    first = failing[0]
    template = N_(
        "%(scheme)s: %(front)s on %(ground)s has a contrast of %(measured)s to 1 and needs %(needed)s to 1. %(advice)s %(colour)s"
    )
    values = {
        "scheme": first.scheme.label, "front": first.front.label, "ground": first.ground.label,
        "measured": shown_ratio(first.measured), "needed": shown_ratio(first.needed),
        "advice": N_("The nearest colour that passes:") if first.suggested else N_("No colour passes on both grounds: change those."),
        "colour": write_colour(first.suggested) if first.suggested else "",
    }  # fmt: skip
    fields = {pair.field: N_("Too little contrast: see the table of pairs.") for pair in failing}
    raise Invalid(template, code="contrast", fields=fields | {first.field: template % values}, **values)


def mended(theme: Theme) -> Theme:
    """The theme with each failing colour moved to the nearest that passes; unchanged where none does."""
    colours = {scheme: dict(chosen) for scheme, chosen in theme.colours.items()}
    for token in (Token.ACCENT, Token.ACCENT_INK, Token.INK, Token.LINK):
        for pair in pairs(Theme(colours, theme.radius)):
            if pair.front is token and not pair.passes and pair.suggested is not None:
                colours.setdefault(pair.scheme, {})[token] = pair.suggested
    return Theme(colours, theme.radius)


def _readable(colour: Colour, grounds: Sequence[Colour], needed: float, ink: Colour) -> Colour:
    """This colour, moved until it reads on the grounds; the text's own colour if nothing near it does."""
    return nearest(colour, grounds, needed) or ink


def palette(theme: Theme, scheme: Scheme) -> dict[str, str]:
    """Every colour variable of the stylesheet in this scheme; those between the chosen ones are mixed and kept readable."""
    chosen = filled(theme, scheme)
    paper, sheet, ink, link = (chosen[token] for token in (Token.PAPER, Token.SHEET, Token.INK, Token.LINK))
    sunk = next((mixed for share in (0.05, 0.03) if reads_on(link, [mixed := mix(paper, ink, share)], TEXT)), paper)
    grounds = [paper, sheet, sunk]
    glow = mix(paper, site_colour(scheme, "warn"), 0.14)
    found = {
        "paper": paper, "sheet": sheet, "sunk": sunk, "ink": ink, "link": link,
        "brand": chosen[Token.ACCENT], "brand-ink": chosen[Token.ACCENT_INK],
        "ink-2": _readable(mix(ink, paper, 0.3), grounds, TEXT, ink),
        "line": mix(paper, ink, 0.16), "edge": _readable(mix(paper, ink, 0.5), grounds, GRAPHIC, ink),
        "focus": _readable(site_colour(scheme, "focus"), grounds, GRAPHIC, ink),
        "glow": glow if reads_on(ink, [glow], TEXT) else sunk,
        "own": _readable(chosen[Token.ACCENT], grounds, TEXT, ink),
    }  # fmt: skip
    found |= {name: _readable(site_colour(scheme, name), grounds, TEXT, ink) for name in COLOURED}
    return {name: write_colour(colour) for name, colour in found.items()}


def stylesheet(theme: Theme) -> str:
    """The theme as CSS custom properties: built from numbers alone, so that nothing anybody typed is ever repeated in it."""
    light, dark = (palette(theme, scheme) for scheme in Scheme)
    lines = [f"  --{name}: light-dark({light[name]}, {dark[name]});" for name in light]
    radius = f"  --radius: {theme.radius:d}px; --radius-s: {theme.radius * 7 // 10:d}px;"
    return "\n".join([":root {", *lines, radius, "}", ""])
