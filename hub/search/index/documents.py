"""Experts, their evidence, pools and discussions as documents: the core cannot know the index, so this room reads them."""

from __future__ import annotations

from collections.abc import Iterator

from hub.core.discussions import documents as discussions
from hub.core.discussions import queries as discussions_read
from hub.core.pools import documents as pools
from hub.core.pools import queries as pools_read
from hub.core.profiles import queries as profiles
from hub.core.profiles.queries import ExpertForIndex
from hub.core.profiles.rules import own_name
from hub.core.profiles.states import Availability, Fluency
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.search.index.operations import provides


@provides("expert", every=profiles.expert_ids)
def experts(person_ids: list[int]) -> Iterator[Document]:
    for expert in profiles.experts_for_index(person_ids):
        yield _expert(expert)


def _expert(expert: ExpertForIndex) -> Document:
    native = [own_name(code) for code in expert.languages if expert.fluency.get(code) is Fluency.NATIVE]
    spoken = [
        " ".join([own_name(code), *_level(expert, code)]) for code in expert.languages if expert.fluency.get(code) is not Fluency.NATIVE
    ]
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
                *([expert.availability.label] if expert.availability else []),
                *([[N_("%(n)s hours a week"), {"n": expert.hours_a_week}]] if expert.hours_a_week else []),
                *(term.label for term in expert.terms),
                *([[N_("%(n)s pieces of evidence"), {"n": expert.evidence_count}]] if expert.evidence_count else []),
                *([[N_("native: %(languages)s"), {"languages": ", ".join(native)}]] if native else []),
            ],
            "plain": [", ".join(spoken)] if spoken else [],
        },
        status=f"expert-{expert.availability.value}" if expert.availability else "",
        language=" ".join(dict.fromkeys(code.split("-")[0] for code in expert.languages)),
        rank=0 if expert.availability is not Availability.BUSY else -1,
    )


def _level(expert: ExpertForIndex, code: str) -> list[str]:
    level = expert.fluency.get(code)
    return [level.value] if level else []


@provides("evidence", every=profiles.evidence_ids)
def evidence(evidence_ids: list[int]) -> Iterator[Document]:
    for item in profiles.evidence_for_index(evidence_ids):
        yield Document(
            key=f"evidence:{item.id}",
            kind="evidence",
            title=item.title,
            text="\n".join(part for part in (item.text, item.venue) if part),
            url=f"/people/{item.handle}",
            version=item.version,
            status=item.kind.value,
            group=f"expert:{item.person_id}",
            listed=False,
        )


provides("pool", every=pools_read.public_ids)(pools.documents)
provides("discussion", every=discussions_read.public_ids)(discussions.documents)
