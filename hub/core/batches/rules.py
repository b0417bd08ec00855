"""Bank files, written: a table for people and spreadsheets, and ISO 20022 pain.001 for the bank."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from hub.kernel.money import Money
from hub.kernel.words import harmless

MOST = 200
"""Payouts in one file."""

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
NOT_LATIN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


@dataclass(frozen=True)
class Order:
    """One payout as the bank is told it. `iban` is empty where the account is none."""

    payout_id: int
    name: str
    account: str
    iban: str
    amount: Money

    @property
    def end_to_end(self) -> str:
        """Comes back on the bank's statement: what ties a line of it to the payout."""
        return end_to_end(self.payout_id)


def end_to_end(payout_id: int) -> str:
    """`HUB-PAYOUT-17`."""
    return f"HUB-PAYOUT-{payout_id}"


def payout_named(text: str) -> int | None:
    """The payout's number in whatever a bank made of `HUB-PAYOUT-17`; None if it names none."""
    found = re.search(r"HUB\W?PAYOUT\W?(\d{1,18})(?!\d)", text.upper())
    return int(found[1]) if found else None


def as_csv(orders: Sequence[Order]) -> str:
    """The file as a table with a header, UTF-8 with a byte order mark once encoded."""
    out = io.StringIO()
    out.write("\ufeff")
    lines = csv.writer(out)
    lines.writerow(["payout", "name", "account", "amount", "currency", "end_to_end_id"])
    for order in orders:
        cells = [str(order.payout_id), order.name, order.account, order.amount.plain(), order.amount.currency, order.end_to_end]
        lines.writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def latin(text: str, most: int, otherwise: str) -> str:
    """`text` in the letters that payments carry (ISO 20022 payments guidelines, "Latin character set"); `otherwise` if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"\s+", " ", NOT_LATIN.sub(" ", plain)).strip()[:most] or otherwise


@dataclass(frozen=True)
class Payer:
    """Whose account the transfers leave from."""

    name: str
    iban: str


def as_pain001(batch_id: int, made_at: datetime, payer: Payer, orders: Sequence[Order]) -> bytes:
    """ISO 20022 CustomerCreditTransferInitiationV03 with one payment block. Every order has an IBAN; amounts are in major units."""
    total = sum(order.amount.decimal() for order in orders)
    root = ElementTree.Element("Document", xmlns=NAMESPACE)
    message = ElementTree.SubElement(root, "CstmrCdtTrfInitn")
    head = ElementTree.SubElement(message, "GrpHdr")
    _texts(head, MsgId=f"HUB-BATCH-{batch_id}", CreDtTm=f"{made_at:%Y-%m-%dT%H:%M:%S}", NbOfTxs=str(len(orders)), CtrlSum=f"{total:f}")
    _named(head, "InitgPty", payer.name)
    block = ElementTree.SubElement(message, "PmtInf")
    _texts(block, PmtInfId=f"HUB-BATCH-{batch_id}", PmtMtd="TRF", NbOfTxs=str(len(orders)), CtrlSum=f"{total:f}")
    _texts(block, ReqdExctnDt=f"{made_at:%Y-%m-%d}")
    _named(block, "Dbtr", payer.name)
    _account(block, "DbtrAcct", payer.iban)
    agent = ElementTree.SubElement(ElementTree.SubElement(block, "DbtrAgt"), "FinInstnId")
    _texts(ElementTree.SubElement(agent, "Othr"), Id="NOTPROVIDED")
    _texts(block, ChrgBr="SLEV")
    for order in orders:
        _transfer(block, order)
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _transfer(block: ElementTree.Element, order: Order) -> None:
    transfer = ElementTree.SubElement(block, "CdtTrfTxInf")
    _texts(ElementTree.SubElement(transfer, "PmtId"), EndToEndId=order.end_to_end)
    amount = ElementTree.SubElement(ElementTree.SubElement(transfer, "Amt"), "InstdAmt", Ccy=order.amount.currency)
    amount.text = order.amount.plain()
    _named(transfer, "Cdtr", latin(order.name, 70, f"PAYEE {order.payout_id}"))
    _account(transfer, "CdtrAcct", order.iban)
    _texts(ElementTree.SubElement(transfer, "RmtInf"), Ustrd=order.end_to_end)


def _texts(parent: ElementTree.Element, **said: str) -> None:
    for name, text in said.items():
        ElementTree.SubElement(parent, name).text = text


def _named(parent: ElementTree.Element, tag: str, name: str) -> None:
    _texts(ElementTree.SubElement(parent, tag), Nm=name)


def _account(parent: ElementTree.Element, tag: str, iban: str) -> None:
    _texts(ElementTree.SubElement(ElementTree.SubElement(parent, tag), "Id"), IBAN=iban)


def payer_of(account: str) -> Payer | None:
    """Name and IBAN in the setting that says where the site's bank account is; None if it names no IBAN."""
    lines = [line.strip() for line in account.replace(";", "\n").splitlines() if line.strip()]
    for line in lines:
        found = re.search(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", re.sub(r"\s|IBAN:?", "", line.upper()))
        if found:
            name = next((other for other in lines if other != line), "")
            return Payer(latin(name, 70, "Innovation Hub"), found[0])
    return None
