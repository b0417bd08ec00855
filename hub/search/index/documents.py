"""Experts, their evidence, pools and discussions as documents: the core cannot know the index, so this room reads them."""

from __future__ import annotations

from collections.abc import Iterator

from hub.core.discussions import documents as discussions
from hub.core.discussions import queries as discussions_read
from hub.core.pools import documents as pools
from hub.core.pools import queries as pools_read
from hub.core.profiles import queries as profiles
from hub.core.profiles.queries import ExpertForIndex
from hub.core.profiles.rules import LANGUAGES
from hub.core.profiles.states import Availability
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.search.index.operations import provides


@provides("expert", every=profiles.expert_ids)
def experts(person_ids: list[int]) -> Iterator[Document]:
    for expert in profiles.experts_for_index(person_ids):
        yield _expert(expert)


def _expert(expert: ExpertForIndex) -> Document:
    languages = [LANGUAGES.get(code, code) for code in expert.languages]
    return Document(
        key=f"expert:{expert.person_id}",
        kind="expert",
        title=expert.headline or expert.name,
        text="\n".join([expert.name, ", ".join(expert.skills), expert.bio]),
        url=f"/people/{expert.handle}",
        version=expert.version,
        sector=expert.sectors[0].value if expert.sectors else "",
        at=expert.updated_at,
        facts={
            "summary": expert.bio[:400] or ", ".join(expert.skills),
            "owner": expert.name,
            "badges": [["good", N_("E-mail confirmed")]] if expert.verified else [],
            "words": [
                expert.availability.label,
                *([[N_("%(n)s pieces of evidence"), {"n": expert.evidence_count}]] if expert.evidence_count else []),
            ],
            "plain": [", ".join(languages)] if languages else [],
        },
        rank=0 if expert.availability is not Availability.BUSY else -1,
    )


@provides("evidence", every=profiles.evidence_ids)
def evidence(evidence_ids: list[int]) -> Iterator[Document]:
    for item in profiles.evidence_for_index(evidence_ids):
        yield Document(
            key=f"evidence:{item.id}",
            kind="evidence",
            title=item.title,
            text=item.text,
            url=f"/people/{item.handle}",
            version=item.version,
            status=item.kind.value,
            group=f"expert:{item.person_id}",
            listed=False,
        )


provides("pool", every=pools_read.public_ids)(pools.documents)
provides("discussion", every=discussions_read.public_ids)(discussions.documents)
