"""Settings: read once from the environment, frozen, typed. docs/configuration.md is the table of them."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class BadSetting(Exception):
    """A setting that cannot be used; the message names it and says what would do."""


DEMO_ACCOUNT = "Innovation Hub (demo, no real account)\nIBAN GB33 BUKB 2020 1555 5555 55"
PAYOUT_MINIMUM = "USD 10, EUR 10, GBP 10, CHF 10, CNY 50, JPY 1000"
LEAST_SECRET, LEAST_SIGNS = 32, 10
"""Characters, and different ones among them, of a secret key that was set by hand."""
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Provider:
    """A site that vouches for people. `issuer` is its address without a slash at the end; `api` is where GitHub tells who somebody is."""

    key: str
    name: str
    client_id: str
    client_secret: str = field(repr=False)
    issuer: str
    api: str = ""


@dataclass(frozen=True)
class Config:
    """Every setting of the site.

    For benchmarks and tests `rate_limits` False switches throttling off, and `proof_minutes` 0 the question who is there.
    """

    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False)
    base_url: str
    port: int
    proxies: int = 0
    demo: bool = False
    search_engine: str = "whoosh"
    mail_url: str = "file:"
    mail_from: str = "Innovation Hub <hub@localhost>"
    fee_bp: int = 500
    bank_account: str = ""
    stripe_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    stripe_api_base: str = ""
    site_name: str = "Innovation Hub"
    site_address: str = ""
    site_country: str = ""
    site_tax_id: str = ""
    fee_tax_bp: int = 0
    payout_minimum: Mapping[str, int] = field(default_factory=dict)
    proof_minutes: int = 0
    admin_factor: bool = False
    max_upload_mb: int = 25
    providers: tuple[Provider, ...] = ()
    egress_ports: frozenset[int] = frozenset({443})
    egress_allow: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    timestamp_url: str = ""
    timestamp_ca: Path | None = None
    resolvers: tuple[tuple[str, int], ...] = ()
    document_days: int = 30
    rate_limits: bool = True
    page_cache: bool = True
    live_streams: int = 0
    sqlite_synchronous: str = "FULL"
    testing: bool = False

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def from_environment(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings. Raises BadSetting."""
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("HUB_DATA_DIR") or "./var").resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    port = _whole(env, "PORT", 8000, 1, 65535)
    base_url = _base_url(env, port)
    demo = _demo(env, base_url)
    return Config(
        data_dir=data_dir,
        database_url=_database_url(env.get("HUB_DATABASE_URL") or f"sqlite:///{data_dir / 'hub.sqlite3'}"),
        secret_key=_secret(env, demo) or _own_secret(data_dir),
        base_url=base_url,
        port=port,
        proxies=_whole(env, "HUB_PROXIES", 0, 0, 5),
        demo=demo,
        search_engine=_one_of(env, "HUB_SEARCH_ENGINE", "whoosh", {"whoosh", "memory"}),
        mail_url=env.get("HUB_MAIL_URL") or "file:",
        mail_from=env.get("HUB_MAIL_FROM") or "Innovation Hub <hub@localhost>",
        fee_bp=_whole(env, "HUB_FEE_BP", 500, 0, 10_000),
        bank_account=(env.get("HUB_BANK_ACCOUNT") or (DEMO_ACCOUNT if demo else "")).strip(),
        **_stripe_secrets(env),
        stripe_api_base=_web_base(env, "HUB_STRIPE_API_BASE", ""),
        site_name=(env.get("HUB_SITE_NAME") or "Innovation Hub").strip(),
        site_address=env.get("HUB_SITE_ADDRESS", "").strip(),
        site_country=_country(env, "HUB_SITE_COUNTRY"),
        site_tax_id=env.get("HUB_SITE_TAX_ID", "").strip(),
        fee_tax_bp=_whole(env, "HUB_FEE_TAX_BP", 0, 0, 10_000),
        payout_minimum=_amounts(env, "HUB_PAYOUT_MINIMUM", PAYOUT_MINIMUM),
        proof_minutes=_whole(env, "HUB_PROOF_MINUTES", 15, 1, 1440),
        admin_factor=_flag(env, "HUB_ADMIN_FACTOR", not demo),
        max_upload_mb=_whole(env, "HUB_MAX_UPLOAD_MB", 25, 1, 1024),
        providers=_providers(env),
        egress_ports=_ports(env, "HUB_EGRESS_PORTS", "443"),
        egress_allow=_networks(env, "HUB_EGRESS_ALLOW"),
        resolvers=_servers(env, "HUB_RESOLVERS", 53),
        **_authority(env),
        document_days=_whole(env, "HUB_DOCUMENT_DAYS", 30, 0, 365),
        rate_limits=_flag(env, "HUB_RATE_LIMITS", True),
        page_cache=_flag(env, "HUB_PAGE_CACHE", True),
        live_streams=_whole(env, "HUB_LIVE_STREAMS", 1, 0, 64),
        sqlite_synchronous=_one_of(env, "HUB_SQLITE_SYNCHRONOUS", "FULL", {"FULL", "NORMAL"}),
    )


def _base_url(env: Mapping[str, str], port: int) -> str:
    said = (env.get("HUB_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    if urlsplit(said).scheme not in {"http", "https"}:
        raise BadSetting("HUB_BASE_URL must begin with http:// or https://")
    return said


def _database_url(url: str) -> str:
    """Plain PostgreSQL addresses mean the psycopg 3 driver."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _stripe_secrets(env: Mapping[str, str]) -> dict[str, Any]:
    """Both secrets or none: taking money without hearing of it would lose sight of it. No message repeats a secret."""
    key, secret = env.get("HUB_STRIPE_KEY", "").strip(), env.get("HUB_STRIPE_WEBHOOK_SECRET", "").strip()
    if bool(key) != bool(secret):
        raise BadSetting("HUB_STRIPE_KEY and HUB_STRIPE_WEBHOOK_SECRET go together: set both, or none for bank transfers alone")
    if key and not key.startswith(("sk_", "rk_")):
        raise BadSetting("HUB_STRIPE_KEY must be a secret key (sk_...) or a restricted one (rk_...)")
    return {"stripe_key": key, "stripe_webhook_secret": secret}


def _authority(env: Mapping[str, str]) -> dict[str, Any]:
    """Both or none: a time stamp that nobody checks is worth nothing."""
    url, file = _web_base(env, "HUB_TIMESTAMP_URL", ""), env.get("HUB_TIMESTAMP_CA", "").strip()
    if bool(url) != bool(file):
        raise BadSetting("HUB_TIMESTAMP_URL and HUB_TIMESTAMP_CA go together: set both, or none")
    return {"timestamp_url": url, "timestamp_ca": Path(file).resolve() if file else None}


def _providers(env: Mapping[str, str]) -> tuple[Provider, ...]:
    """Those whose identifier and secret are both set."""
    oidc_name = env.get("HUB_OIDC_NAME", "").strip() or "OpenID Connect"
    found = [
        _provider("orcid", "ORCID", env, "HUB_ORCID_ID", "HUB_ORCID_SECRET", _web_base(env, "HUB_ORCID_ISSUER", "https://orcid.org")),
        _provider("github", "GitHub", env, "HUB_GITHUB_ID", "HUB_GITHUB_SECRET", _web_base(env, "HUB_GITHUB_URL", "https://github.com")),
        _provider("oidc", oidc_name, env, "HUB_OIDC_ID", "HUB_OIDC_SECRET", _web_base(env, "HUB_OIDC_ISSUER", "")),
    ]
    return tuple(one for one in found if one is not None)


def _provider(key: str, name: str, env: Mapping[str, str], id_name: str, secret_name: str, issuer: str) -> Provider | None:
    """None if neither is set. No message repeats a secret."""
    client_id, secret = env.get(id_name, "").strip(), env.get(secret_name, "").strip()
    if bool(client_id) != bool(secret):
        raise BadSetting(f"{id_name} and {secret_name} go together: set both, or none")
    if not client_id:
        return None
    if not issuer:
        raise BadSetting("HUB_OIDC_ISSUER must be set: the address of the provider, as it calls itself")
    api = "https://api.github.com" if issuer == "https://github.com" else f"{issuer}/api/v3"
    return Provider(key, name[:40], client_id, secret, issuer, api if key == "github" else "")


def _web_base(env: Mapping[str, str], name: str, default: str) -> str:
    base = (env.get(name, "").strip() or default).rstrip("/")
    parts = urlsplit(base)
    if base and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise BadSetting(f"{name} must begin with https://")
    if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
        raise BadSetting(f"{name} must be https:// unless it is this machine: secrets would travel in the open")
    return base


def _secret(env: Mapping[str, str], demo: bool) -> str:
    """What was set by hand; outside of a demo nothing that could be guessed. No message repeats it."""
    said = env.get("HUB_SECRET_KEY", "").strip()
    if said and not demo and (len(said) < LEAST_SECRET or len(set(said)) < LEAST_SIGNS):
        raise BadSetting(
            f"HUB_SECRET_KEY must be {LEAST_SECRET} random characters or more, or not be set at all (then one is made); "
            "a good one comes from: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return said


def _own_secret(data_dir: Path) -> str:
    """The key made at the first start: readable by this user alone, made once even if two processes start together."""
    path = data_dir / "secret_key"
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=data_dir, prefix=".secret_key")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text().strip()


def _flag(env: Mapping[str, str], name: str, default: bool) -> bool:
    said = env.get(name, "").strip().lower()
    if not said:
        return default
    if said in {"1", "true", "yes", "on"}:
        return True
    if said in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name} must be 1 or 0")


def _whole(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    said = env.get(name, "").strip()
    if not said:
        return default
    if not said.isdecimal() or not least <= int(said) <= most:
        raise BadSetting(f"{name} must be a whole number from {least} to {most}")
    return int(said)


def _country(env: Mapping[str, str], name: str) -> str:
    said = env.get(name, "").strip().upper()
    if said and not (len(said) == 2 and said.isascii() and said.isalpha()):
        raise BadSetting(f"{name} must be the two letters of a country, like DE")
    return said


def _amounts(env: Mapping[str, str], name: str, default: str) -> dict[str, int]:
    """`USD 10, EUR 10`: whole units per currency; `none` for none."""
    said = env.get(name, "").strip() or default
    if said.lower() == "none":
        return {}
    parts = [re.fullmatch(r"([A-Z]{3}) +(\d{1,9})", part.strip()) for part in said.split(",")]
    if not all(parts):
        raise BadSetting(f"{name} must be amounts in whole units like “USD 10, JPY 1000”, or none")
    return {part[1]: int(part[2]) for part in parts if part}


def _ports(env: Mapping[str, str], name: str, default: str) -> frozenset[int]:
    """`443, 8443`."""
    said = [part.strip() for part in (env.get(name, "").strip() or default).split(",")]
    if not all(part.isdecimal() and 1 <= int(part) <= 65535 for part in said):
        raise BadSetting(f"{name} must be port numbers like “443, 8443”")
    return frozenset(map(int, said))


def _networks(env: Mapping[str, str], name: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """`127.0.0.0/8, 10.20.0.0/16`."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in env.get(name, "").split(",") if part.strip())
    except ValueError:
        raise BadSetting(f"{name} must be networks like “10.20.0.0/16, 127.0.0.1/32”") from None


def _servers(env: Mapping[str, str], name: str, port: int) -> tuple[tuple[str, int], ...]:
    """`9.9.9.9, 127.0.0.1:5353, [::1]:5353`: addresses of machines, with or without a port."""
    found = []
    for part in filter(None, (part.strip() for part in env.get(name, "").split(","))):
        try:
            said = re.fullmatch(
                r"\[(?P<six>[^]]+)\](:(?P<port6>\d{1,5}))?|(?P<four>[0-9.]+)(:(?P<port4>\d{1,5}))?|(?P<bare>[0-9a-fA-F:.]+)", part
            )
            address = str(ipaddress.ip_address((said["six"] or said["four"] or said["bare"]) if said else part))
            number = int(said["port6"] or said["port4"] or port) if said else port
        except ValueError:
            number = 0
        if not 1 <= number <= 65535:
            raise BadSetting(f"{name} must be addresses like “9.9.9.9, 10.0.0.53:5353, [2620:fe::fe]:53”")
        found.append((address, number))
    return tuple(found)


def _one_of(env: Mapping[str, str], name: str, default: str, allowed: set[str]) -> str:
    said = env.get(name, "").strip() or default
    if said not in allowed:
        raise BadSetting(f"{name} must be one of {', '.join(sorted(allowed))}")
    return said


def _demo(env: Mapping[str, str], base_url: str) -> bool:
    demo = _flag(env, "HUB_DEMO", False)
    if demo and urlsplit(base_url).hostname not in LOCAL_HOSTS:
        raise BadSetting("HUB_DEMO=1 opens accounts with a public password: it is refused unless HUB_BASE_URL is local")
    return demo
