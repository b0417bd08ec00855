"""After the fact: what programs of those who sent an idea hear of."""

from __future__ import annotations

from typing import Any

from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.extensions import db
from hub.portals.desk.events import SubmissionDecided, SubmissionReceived
from hub.portals.desk.models import Submission

# What programs may hear of it


def _seen(event: Any) -> Seen | None:
    submission = db.session.get(Submission, event.submission_id)
    return seen(people=[submission.person_id], path=f"/api/v1/submissions/{submission.id}") if submission is not None else None


webhooks.sends({"submission.sent": SubmissionReceived, "submission.decided": SubmissionDecided}, _seen, data=("submission_id", "portal_id"))
