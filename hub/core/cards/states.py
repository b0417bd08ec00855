"""The lives of a card payment, of a refund to the card, and of a dispute."""

from __future__ import annotations

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class PaymentState(Worded):
    OPEN = "open", N_("Not paid yet")
    PAID = "paid", N_("Paid")
    EXPIRED = "expired", N_("Not paid in time")
    REFUSED = "refused", N_("Not possible")


class PaymentAct(Worded):
    PAY = "pay", N_("Pay")
    EXPIRE = "expire", N_("Let expire")
    REFUSE = "refuse", N_("Refuse")


PAYMENT = Machine(
    "payment",
    initial=PaymentState.OPEN,
    moves=(
        Move(PaymentAct.PAY, PaymentState.OPEN, PaymentState.PAID, says=N_("Note that it is paid")),
        Move(PaymentAct.EXPIRE, PaymentState.OPEN, PaymentState.EXPIRED, says=N_("Note that the time is over")),
        Move(PaymentAct.REFUSE, PaymentState.OPEN, PaymentState.REFUSED, says=N_("Note the refusal")),
    ),
)


class RefundState(Worded):
    ASKED = "asked", N_("On its way")
    SENT = "sent", N_("Refunded")
    FAILED = "failed", N_("Failed, back on the balance")


class RefundAct(Worded):
    SEND = "send", N_("Send")
    FAIL = "fail", N_("Fail")


REFUND = Machine(
    "refund",
    initial=RefundState.ASKED,
    moves=(
        Move(RefundAct.SEND, RefundState.ASKED, RefundState.SENT, says=N_("Note that it was sent")),
        Move(RefundAct.FAIL, RefundState.ASKED, RefundState.FAILED, says=N_("Note that it failed")),
        Move(RefundAct.FAIL, RefundState.SENT, RefundState.FAILED, says=N_("Note that the bank sent it back")),
    ),
)


class FoundState(Worded):
    FOUND = "found", N_("Not in the books yet")
    ADOPTED = "adopted", N_("In the books")
    FAILED = "failed", N_("Failed")


class FoundAct(Worded):
    ADOPT = "adopt", N_("Take over into the books")
    FAIL = "fail", N_("Fail")


FOUND_REFUND = Machine(
    "found refund",
    initial=FoundState.FOUND,
    moves=(
        Move(FoundAct.ADOPT, FoundState.FOUND, FoundState.ADOPTED, says=N_("Take over into the books")),
        Move(FoundAct.FAIL, FoundState.FOUND, FoundState.FAILED, says=N_("Note that it failed")),
        Move(FoundAct.FAIL, FoundState.ADOPTED, FoundState.FAILED, says=N_("Note that the bank sent it back")),
    ),
)


class DisputeState(Worded):
    OPEN = "open", N_("Disputed")
    WON = "won", N_("Won")
    LOST = "lost", N_("Lost")


class DisputeAct(Worded):
    WIN = "win", N_("Win")
    LOSE = "lose", N_("Lose")


DISPUTE = Machine(
    "dispute",
    initial=DisputeState.OPEN,
    moves=(
        Move(DisputeAct.WIN, DisputeState.OPEN, DisputeState.WON, says=N_("Note that it is won")),
        Move(DisputeAct.LOSE, DisputeState.OPEN, DisputeState.LOST, says=N_("Note that it is lost")),
    ),
)
