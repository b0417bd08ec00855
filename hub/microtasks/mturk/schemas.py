"""What each operation takes, by the protocol's own names (botocore's service model of 2017-01-17); anything else is refused by name."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from hub.microtasks.mturk import rules
from hub.web.forms import Text

NOT_SUPPORTED = ("QualificationRequirements", "AssignmentReviewPolicy", "HITReviewPolicy", "HITLayoutId", "HITLayoutParameters")
STATUSES = ("Submitted", "Approved", "Rejected")
REWARD = re.compile(r"[0-9]{1,9}(\.[0-9]{0,2})?")
LAST_SECOND = 32_503_680_000
"""The year 3000: what lies behind it is a slip."""


def _seconds(least: int, most: int, **more: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(least, most), **more)


def _amount(**more: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(re.compile(REWARD.pattern + r"\Z"), error="Write dollars, like 0.25."), **more)


class Call(Schema):
    """Empty parameters are as good as none."""

    @pre_load
    def drop_empty(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            raise ValidationError("Send a JSON object.")
        asked = [name for name in NOT_SUPPORTED if data.get(name)]
        if asked:
            raise ValidationError({name: ["This parameter is not supported here."] for name in asked})
        return {name: value for name, value in data.items() if name not in NOT_SUPPORTED and value is not None}


class NothingIn(Call):
    pass


class HitTypeIn(Call):
    Title = Text(1, rules.LONGEST_TITLE, required=True)
    Description = Text(1, rules.LONGEST_DESCRIPTION, required=True)
    Keywords = Text(0, rules.LONGEST_KEYWORDS, load_default="")
    Reward = _amount(required=True)
    AssignmentDurationInSeconds = _seconds(30, 31_536_000, required=True)
    AutoApprovalDelayInSeconds = _seconds(0, 2_592_000, load_default=2_592_000)


class HitContent(Call):
    Question = Text(1, rules.LONGEST_QUESTION, required=True)
    LifetimeInSeconds = _seconds(30, 31_536_000, required=True)
    MaxAssignments = _seconds(1, 100, load_default=1)
    RequesterAnnotation = Text(0, rules.LONGEST_ANNOTATION, load_default="")
    UniqueRequestToken = Text(1, 64)


class NewHitIn(HitTypeIn, HitContent):
    pass


class HitOfTypeIn(HitContent):
    HITTypeId = Text(1, 64, required=True)


class HitIn(Call):
    HITId = Text(1, 64, required=True)


class PageIn(Call):
    NextToken = Text(1, 255)
    MaxResults = _seconds(1, rules.MOST_RESULTS, load_default=rules.RESULTS)


class AnswersIn(PageIn):
    HITId = Text(1, 64, required=True)
    AssignmentStatuses = fields.List(fields.String(validate=validate.OneOf(STATUSES)), load_default=list)


class ApproveIn(Call):
    AssignmentId = Text(1, 64, required=True)
    RequesterFeedback = Text(0, 1_024, load_default="")
    OverrideRejection = fields.Boolean(load_default=False)


class RejectIn(Call):
    AssignmentId = Text(1, 64, required=True)
    RequesterFeedback = Text(3, 1_000, required=True)


class BonusIn(Call):
    WorkerId = Text(1, 64, required=True)
    AssignmentId = Text(1, 64, required=True)
    BonusAmount = _amount(required=True)
    Reason = Text(1, 300, required=True)
    UniqueRequestToken = Text(1, 64)


class ExpirationIn(HitIn):
    ExpireAt = fields.Float(required=True, validate=validate.Range(0, LAST_SECOND))
