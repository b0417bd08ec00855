"""The HTML door: anybody's check of a receipt, the checkpoints, the proof between two, the public keys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from hub.config import BadSetting
from hub.core.evidence import operations, queries, rules
from hub.core.evidence.schemas import ConsistencyIn, PastedIn
from hub.kernel import bundles, stamping
from hub.kernel.errors import HubError, one_field
from hub.kernel.words import N_
from hub.web.handle import load, parse, public, show_again
from hub.web.pagecache import for_visitors
from hub.web.security import limiter

pages = Blueprint("evidence", __name__, template_folder="templates")
PLACE = "core/evidence/"
SIZE = 30


@pages.record_once
def _configure(state: BlueprintSetupState) -> None:
    config = state.app.config["HUB"]
    queries.configure(config.data_dir / "evidence", config.base_url)
    if config.timestamp_ca is not None:
        try:
            stamping.read_certificates(config.timestamp_ca.read_bytes())
        except (OSError, ValueError) as error:
            raise BadSetting(f"HUB_TIMESTAMP_CA must be a file with the authority's root certificate in PEM: {error}") from error


def _authorities() -> stamping.Trusted | None:
    """Whose time stamps the site trusts."""
    file = current_app.config["HUB"].timestamp_ca
    return stamping.read_certificates(file.read_bytes()) if file is not None else None


@pages.get("/trust")
@public
@for_visitors
def trust() -> Any:
    """Why the site cannot cheat a solver, and what it does not promise; docs/trust.md says the same to readers of the source."""
    return render_template(PLACE + "trust.html", size=queries.head()[0], last=next(iter(queries.checkpoints(limit=1)), None))


# Anybody's check


@dataclass(frozen=True)
class Checked:
    """What was sent, what was found, and how it stands to this site's log (None: it was not asked)."""

    told: dict[str, Any]
    findings: list[rules.Finding]
    standing: queries.Standing | None
    files_left: int

    @property
    def holds(self) -> bool:
        return rules.holds(self.findings) and (self.standing is None or self.standing.agrees or not self.standing.known)

    @property
    def is_receipt(self) -> bool:
        return "manifest" in self.told


@pages.get("/evidence/verify")
@public
def verify() -> Any:
    return render_template(PLACE + "verify.html", checked=None)


@pages.post("/evidence/verify")
@public
@limiter.limit("30 per minute")
def check() -> Any:
    """The same check as `hub evidence verify`, and how it stands to this site's log. Nothing is kept, so nothing is written."""
    try:
        told, kept = _sent()
        checked = _checked(told, kept)
    except bundles.Unreadable as error:
        return show_again(verify, one_field("file", str(error), code=error.code))
    except HubError as error:
        return show_again(verify, error)
    return render_template(PLACE + "verify.html", checked=checked)


def _sent() -> tuple[Any, bundles.Kept | None]:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        return bundles.read(sent.stream)
    text = parse(PastedIn())["text"]
    if not text.strip():
        raise one_field("file", N_("Choose a file first, or paste the receipt’s text."), code="file_missing")
    return bundles.parse(text), None


def _checked(told: Any, kept: bundles.Kept | None) -> Checked:
    findings = rules.check(told, kept, queries.trusted(), _authorities())
    standing = None
    if rules.holds(findings):
        if "manifest" in told:
            standing = queries.standing(told)
        elif told["format"] == rules.CHECKPOINT:
            size, _ = queries.head()
            standing = queries.Standing(True, told["size"] <= size and queries.root_at(told["size"]) == told["root"])
    files = told["manifest"].get("files", []) if "manifest" in told and kept is None else []
    return Checked(told, findings, standing, len(files))


# Checkpoints, proofs, keys


@pages.get("/evidence/checkpoints")
@public
def checkpoints() -> Any:
    before = request.args.get("before", "")
    last_id = int(before) if before.isdecimal() and len(before) < 10 else None
    rows = queries.checkpoints(last_id, SIZE)
    size, root = queries.head()
    older = url_for(".checkpoints", before=rows[SIZE - 1].id) if len(rows) > SIZE else ""
    return render_template(
        PLACE + "checkpoints.html", rows=list(zip(rows[:SIZE], [*rows[1:], None], strict=False)), size=size, root=root, older=older,
        newer=url_for(".checkpoints") if last_id is not None else "", keys=queries.public_keys(),
        stamps=any(one.stamp is not None for one in rows[:SIZE]),
    )  # fmt: skip


@pages.get("/evidence/checkpoints/<day>.json")
@public
def checkpoint(day: str) -> Any:
    """One day's checkpoint as the signed file to keep."""
    return _file(queries.told(queries.checkpoint_on(day)), f"checkpoint-{day}.json")


@pages.get("/evidence/checkpoints/<day>.tsr")
@public
def time_stamp(day: str) -> Any:
    """What the time-stamping authority answered about a day's checkpoint, as programs for RFC 3161 read it."""
    stamp = queries.stamp_on(day)
    head = {"Content-Disposition": f'attachment; filename="checkpoint-{day}.tsr"'}
    return Response(stamp.answer, content_type=stamping.ANSWERS, headers=head)


@pages.get("/evidence/consistency")
@public
def consistency() -> Any:
    """The proof between two sizes, checked as it is shown."""
    proof = queries.consistency(**load(ConsistencyIn(), request.args.to_dict()))
    return render_template(PLACE + "consistency.html", proof=proof, finding=rules.check(proof)[0])


@pages.get("/evidence/consistency.json")
@public
def consistency_file() -> Any:
    proof = queries.consistency(**load(ConsistencyIn(), request.args.to_dict()))
    return _file(proof, f"consistency-{proof['first']['size']}-{proof['second']['size']}.json")


@pages.get("/.well-known/evidence-keys.json")
@public
def keys() -> Any:
    """The public keys, for `hub evidence verify --keys`."""
    operations.signing_key()
    return jsonify(queries.published_keys())


def _file(said: dict[str, Any], name: str) -> Response:
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    return Response(text, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'})
