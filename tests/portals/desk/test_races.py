"""Two managers decide at the same moment: one decision stands, the other manager learns of it."""

from __future__ import annotations

from pathlib import Path

from hub.db import work
from hub.kernel.errors import Conflict
from hub.portals.desk import operations as desk
from hub.portals.desk import queries
from hub.portals.desk.states import Act, State
from tests.db.processes import together
from tests.factories import people, portals


def _decide(app, person_id: int, slug: str, submission_id: int, act: Act, out: Path) -> None:
    from hub.core.accounts import queries as accounts
    from hub.portals.sites import queries as sites

    with app.app_context():
        actor = accounts.actor_of(person_id)
        try:
            with work.unit():
                submission = queries.get_for(actor, sites.get_for(actor, slug), submission_id)
                desk.decide(actor=actor, submission=submission, act=act, reason="Because.", seen_step=1)
            out.write_text("decided")
        except Conflict as error:
            out.write_text(error.code)


def test_of_two_decisions_one_counts(app, stage, tmp_path):
    with work.unit():
        sent = portals.submission(stage.fresh, stage.actor("kestrel")).id
    for number in range(3):
        with work.unit():
            sent = portals.submission(stage.fresh, people.actor_of(people.person("Tern"))).id
        files = [tmp_path / f"{number}-{name}" for name in ("heron", "owl")]
        together(
            _decide,
            (app, stage.heron.id, "fresh", sent, Act.ADVANCE, files[0]),
            (app, stage.owl.id, "fresh", sent, Act.DECLINE, files[1]),
        )
        said = [file.read_text() for file in files]
        assert said.count("decided") == 1 and set(said) <= {"decided", "decided_meanwhile", "conflict"}, said
        submission = queries.get_for(stage.actor("owl"), stage.fresh, sent)
        assert submission.state is (State.SECOND if said[0] == "decided" else State.DECLINED)
        assert len(queries.steps([sent])[sent]) == 2
