"""The only writes on verification: documents sent, checked, purged; the levels that follow from them."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.files import rules as files
from hub.core.files.rules import Upload
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.organisations import operations as organisations
from hub.core.organisations import queries as bodies
from hub.core.verification import events, queries, rules
from hub.core.verification.models import DocumentCheck, DocumentFile
from hub.core.verification.policy import POLICY, checks
from hub.core.verification.rules import DocumentKind, Vault
from hub.core.verification.states import LIFE, Act, State
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, reasons
from hub.kernel.actor import SYSTEM, Actor, Duty
from hub.kernel.errors import NotAllowed, NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.whose import Of
from hub.kernel.words import N_


def _record(actor: Actor, check: DocumentCheck, event: Any) -> None:
    journal.record(event, actor=actor, subject=check.ref, scope=check.owner)


# Sending


def send(
    *, actor: Actor, vault: Vault, uploads: Sequence[Upload], kind: DocumentKind, country: str, note: str = "",
    organisation_id: int | None = None,
) -> DocumentCheck:  # fmt: skip
    """Show documents: one's own, or for an organisation that one manages. They are sealed before they touch the disk.

    Raises NotSignedIn, NotAllowed (unverified_address), NotNow (check_open), Invalid (kind_wrong, file_missing, too_many_files and the
    codes of uploads).
    """
    require_verified(actor)
    if actor.person_id is None or (organisation_id is not None and not actor.manages(organisation_id)):
        raise NotAllowed(N_("An organisation’s owners and managers send its documents."))
    if kind not in (rules.OF_PEOPLE if organisation_id is None else rules.OF_ORGANISATIONS):
        raise one_field("kind", N_("Choose one of the options."), code="kind_wrong")
    if not 0 < len(uploads) <= rules.MOST_FILES:
        code = "too_many_files" if uploads else "file_missing"
        raise one_field("file", N_("Choose one to %(n)s files: PDF, PNG or JPEG."), code=code, n=rules.MOST_FILES)
    check = DocumentCheck(
        person_id=actor.person_id if organisation_id is None else None, organisation_id=organisation_id, kind=kind,
        country=rules.country(country), note=note.strip(), state=LIFE.initial, sent_by=actor.person_id, sent_at=clock.now(),
        due_at=clock.now() + rules.CHECK_WITHIN,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(check)
    except IntegrityError:
        raise NotNow(N_("Documents of yours wait to be checked. Withdraw them before you send others."), code="check_open") from None
    for place, upload in enumerate(uploads, start=1):
        _keep(vault, check, place, upload)
    _record(actor, check, events.DocumentsSent(check_id=check.id, files=len(uploads)))
    whom = [number for number in people.with_duty(Duty.ADMIN) if checks(people.actor_of(number), check)]
    _tell(whom, N_("%(name)s has sent documents to be checked."), check, link=check.path)
    return check


def _keep(vault: Vault, check: DocumentCheck, place: int, upload: Upload) -> None:
    """Seal one file and write it down. A rolled-back unit of work leaves sealed bytes without their key, which `sweep` removes."""
    content = upload.stream.read(rules.MOST_BYTES + 1)
    if len(content) > rules.MOST_BYTES:
        raise files.too_large(rules.MOST_BYTES)
    name = files.clean_name(upload.filename)
    media_type = files.sniff(name, io.BytesIO(content))
    if media_type not in rules.TAKEN:
        raise one_field("file", N_("Send documents as PDF, PNG or JPEG."), code="file_type")
    file = DocumentFile(check_id=check.id, place=place, blob=secrets.token_hex(16), media_type=media_type, size=len(content))
    file.sealed_key, sealed = rules.seal(vault.site_key, file.context, content)
    file.sealed_name = rules.seal_name(vault.site_key, file.context, name)
    vault.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(vault.path(file.blob), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(sealed)
        out.flush()
        os.fsync(out.fileno())
    db.session.add(file)
    db.session.flush()


def withdraw(*, actor: Actor, check: DocumentCheck) -> DocumentCheck:
    """Take documents back before they are decided about; they are deleted at the next occasion. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.WITHDRAW, check)
    LIFE.fire(check, Act.WITHDRAW)
    check.decided_at = check.purge_at = clock.now()
    db.session.flush()
    _record(actor, check, events.DocumentsWithdrawn(check_id=check.id))
    return check


# Checking


def take(*, actor: Actor, check: DocumentCheck) -> DocumentCheck:
    """Be the one who reads them, and the only one. Raises NotAllowed (own cause), NotNow (somebody else did)."""
    POLICY.require(actor, Act.TAKE, check)
    LIFE.fire(check, Act.TAKE)
    check.checker_id = actor.person_id
    db.session.flush()
    _record(actor, check, events.CheckTaken(check_id=check.id))
    return check


def give_back(*, actor: Actor, check: DocumentCheck) -> DocumentCheck:
    """Somebody else is to check it: also for a colleague who does not come to it. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.GIVE_BACK, check)
    LIFE.fire(check, Act.GIVE_BACK)
    check.checker_id = None
    db.session.flush()
    _record(actor, check, events.CheckGivenBack(check_id=check.id))
    return check


def view(*, actor: Actor, check: DocumentCheck, place: int, vault: Vault) -> tuple[DocumentFile, bytes]:
    """A document, for the one who has taken the check and while it is undecided; written into the journal, where its owner sees it.

    Raises NotAllowed, NotNow, NotFound, Invalid (code unreadable_document).
    """
    POLICY.require(actor, Act.READ_FILES, check)
    if check.state is not State.READING:
        raise NotNow(N_("The documents are read until they are decided about, not afterwards."))
    file = queries.file_at(check, place)
    content = queries.content(vault, file)
    _record(actor, check, events.DocumentViewed(check_id=check.id, place=place))
    return file, content


def accept(
    *, actor: Actor, check: DocumentCheck, vault: Vault, number: str, reason: str, document_ends: date | None = None
) -> DocumentCheck:
    """The documents show what their owner says. Of the number a keyed hash is kept. Raises NotAllowed, NotNow, Invalid (number_missing,
    document_ended, reason_missing)."""
    POLICY.require(actor, Act.ACCEPT, check)
    said, now = reasons.given(reason, rules.SAY_WHY), clock.now()
    hashed = rules.identity_hash(vault.site_key, check.kind, check.country, number)
    until = rules.counts_until(document_ends, now)
    LIFE.fire(check, Act.ACCEPT)
    check.reason, check.decided_at, check.purge_at = said, now, now + timedelta(days=vault.days)
    check.identity_hash, check.expires_at = hashed, until
    db.session.flush()
    _record(actor, check, events.DocumentsAccepted(check_id=check.id))
    told = N_("The documents of %(name)s were accepted; they count until %(day)s. %(reason)s")
    _tell(queries.told_of(check), told, check, day=f"{until:%Y-%m-%d}", reason=said[:300])
    _settle(actor, check)
    return check


def reject(*, actor: Actor, check: DocumentCheck, vault: Vault, reason: str) -> DocumentCheck:
    """They do not show it. Others may be sent. Raises NotAllowed, NotNow, Invalid (reason_missing)."""
    POLICY.require(actor, Act.REJECT, check)
    said = reasons.given(reason, rules.SAY_WHY)
    LIFE.fire(check, Act.REJECT)
    check.reason, check.decided_at, check.purge_at = said, clock.now(), clock.now() + timedelta(days=vault.days)
    db.session.flush()
    _record(actor, check, events.DocumentsRejected(check_id=check.id))
    told = N_("The documents of %(name)s were not accepted: %(reason)s You can send others.")
    _tell(queries.told_of(check), told, check, reason=said[:300])
    return check


def revoke(*, actor: Actor, check: DocumentCheck, reason: str) -> DocumentCheck:
    """An accepted check counts no longer: it was wrong, or the document was called back. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.REVOKE, check)
    said = reasons.given(reason, rules.SAY_WHY)
    LIFE.fire(check, Act.REVOKE)
    check.ending = said
    db.session.flush()
    _record(actor, check, events.CheckRevoked(check_id=check.id))
    told = N_("The check of the documents of %(name)s was taken back: %(reason)s You can send others.")
    _tell(queries.told_of(check), told, check, reason=said[:300])
    _settle(actor, check)
    return check


# What the clock does


def lapse_due() -> int:
    """Checks whose time is over count no longer, and those concerned are told. Returns how many."""
    over = queries.run_out()
    for check in over:
        LIFE.fire(check, Act.LAPSE)
        db.session.flush()
        _record(SYSTEM, check, events.CheckLapsed(check_id=check.id))
        _tell(queries.told_of(check), N_("The check of the documents of %(name)s has run out. Send them anew to stay verified."), check)
        _settle(SYSTEM, check)
    return len(over)


def note_lost(*, vault: Vault) -> int:
    """After a restore: checks whose documents are not on the disk are over, and whoever sent them is asked to send them again. What is left
    of them is deleted at the next occasion. Returns how many."""
    lost = {check.id: check for check, blob in queries.open_files() if not vault.path(blob).is_file()}
    for check in lost.values():
        LIFE.fire(check, Act.LOSE)
        check.decided_at = check.purge_at = clock.now()
        db.session.flush()
        _record(SYSTEM, check, events.DocumentsLost(check_id=check.id))
        told = N_("The site was put back from a backup, which holds no documents: those of %(name)s are lost. Send them again.")
        _tell(queries.told_of(check), told, check)
    return len(lost)


def purge_due(*, vault: Vault) -> int:
    """Delete the documents whose time is over: the bytes, their keys and their names. Returns how many files."""
    gone: dict[int, int] = {}
    for file in queries.to_purge():
        with contextlib.suppress(FileNotFoundError):
            vault.path(file.blob).unlink()
        file.sealed_key = file.sealed_name = ""
        file.purged_at = clock.now()
        gone[file.check_id] = gone.get(file.check_id, 0) + 1
    db.session.flush()
    for check_id, number in gone.items():
        check = db.session.get_one(DocumentCheck, check_id)
        _record(SYSTEM, check, events.DocumentsPurged(check_id=check_id, files=number))
    return sum(gone.values())


def sweep(*, vault: Vault, older_than: timedelta = rules.ORPHAN_AGE) -> int:
    """Remove sealed bytes that no row names, left by uploads that broke off. Returns how many."""
    if not vault.root.is_dir():
        return 0
    before = (clock.now() - older_than).timestamp()
    stale = [path for path in vault.root.iterdir() if path.is_file() and path.stat().st_mtime < before]
    kept = queries.known_blobs() if stale else set()
    orphans = [path for path in stale if path.name not in kept]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


# Levels


def _settle(actor: Actor, check: DocumentCheck) -> None:
    if check.person_id is not None:
        settle_person(actor=actor, person_id=check.person_id)
    elif check.organisation_id is not None:
        settle_organisation(actor=actor, organisation_id=check.organisation_id)


def settle_person(*, actor: Actor = SYSTEM, person_id: int) -> None:
    """Bring a person's level in line with what it rests on."""
    level = queries.person_level(person_id)
    if accounts.vouch(person_id=person_id, level=level):
        event = events.LevelChanged(owner_kind="person", owner_id=person_id, level=level.value)
        journal.record(event, actor=actor, subject=f"person:{person_id}")


def settle_organisation(*, actor: Actor = SYSTEM, organisation_id: int) -> None:
    """Bring an organisation's level in line with what it rests on."""
    level = queries.organisation_level(organisation_id)
    if organisations.vouch(organisation_id=organisation_id, level=level):
        event = events.LevelChanged(owner_kind="organisation", owner_id=organisation_id, level=level.value)
        journal.record(event, actor=actor, subject=f"organisation:{organisation_id}")


def _tell(whom: Sequence[int], text: str, check: DocumentCheck, *, link: str = "", **values: Any) -> None:
    if check.person_id is not None:
        name: Of | str = Of(check.person_id, people.card(check.person_id).name)
        page = "/settings/verification"
    else:
        body = bodies.card(check.organisation_id or 0)
        name, page = body.name, f"/orgs/{body.slug}/verification"
    messages.notify(actor=SYSTEM, person_ids=whom, text=text, values={"name": name, **values}, link=link or page, kind=Kind.ACCOUNT)
