"""Pure rules of the Mechanical Turk protocol: signatures, the question's XML read as a form, answers written as XML, ids, durations."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from xml.parsers import expat
from xml.sax.saxutils import escape

from hub.kernel.errors import HubError
from hub.microtasks.projects import rules as forms

SERVICE, TARGET = "mturk-requester", "MTurkRequesterServiceV20170117."
CURRENCY = "USD"
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_KEYWORDS, LONGEST_ANNOTATION = 128, 2_000, 1_000, 255
LONGEST_QUESTION = 131_072
MOST_RESULTS, RESULTS = 100, 10
SECONDS_OF_A_DAY = 86_400


class Refusal(HubError):
    """What the protocol answers with: `kind` is AWS's `__type`, `turk_code` its TurkErrorCode (for a RequestError)."""

    def __init__(self, message: str, *, turk_code: str = "", kind: str = "RequestError") -> None:
        super().__init__(message, code="mturk_refused")
        self.kind, self.turk_code = kind, turk_code


def invalid(message: str) -> Refusal:
    return Refusal(message, turk_code="AWS.InvalidParameterValue")


# --- Signatures: AWS Signature Version 4 ---------------------------------------------------------------------------

ALGORITHM, ENDING = "AWS4-HMAC-SHA256", "aws4_request"
MOST_SKEW = timedelta(minutes=15)
_CREDENTIAL = re.compile(r"([A-Za-z0-9]{4,128})/(\d{8})/([a-z0-9-]{1,40})/([a-z0-9-]{1,40})/" + ENDING)


@dataclass(frozen=True)
class Signed:
    """An Authorization header, taken apart."""

    access_key: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{ENDING}"


def read_authorization(header: str) -> Signed:
    """The parts of the header. Raises Refusal (MissingAuthenticationTokenException, IncompleteSignatureException)."""
    if not header:
        raise Refusal("Missing Authentication Token", kind="MissingAuthenticationTokenException")
    algorithm, _, rest = header.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    credential = _CREDENTIAL.fullmatch(parts.get("Credential", ""))
    names = tuple(parts.get("SignedHeaders", "").split(";"))
    signature = parts.get("Signature", "")
    whole = credential and all(re.fullmatch(r"[a-z0-9-]{1,80}", name) for name in names) and re.fullmatch("[0-9a-f]{64}", signature)
    if algorithm != ALGORITHM or not whole or credential is None:
        told = f"Sign with {ALGORITHM}: Authorization needs Credential, SignedHeaders and Signature."
        raise Refusal(told, kind="IncompleteSignatureException")
    return Signed(credential[1], credential[2], credential[3], credential[4], names, signature)


def signature_of(
    signed: Signed, secret: str, *, path: str, query: str, headers: Mapping[str, str], body: bytes, method: str = "POST"
) -> str:
    """The signature that `secret` makes of the request (hex). `headers` have lower-case names and hold all that were signed.

    Source: AWS, "Create a signed AWS API request" (Signature Version 4): canonical request, string to sign, derived key.
    """
    lines = [f"{name}:{' '.join(headers[name].split())}\n" for name in signed.headers]
    pairs = "&".join(sorted(part if "=" in part else f"{part}=" for part in query.split("&") if part))
    path = quote(path, safe="/-_.~") or "/"
    request = "\n".join([method, path, pairs, "".join(lines), ";".join(signed.headers), hashlib.sha256(body).hexdigest()])
    said = "\n".join([ALGORITHM, headers["x-amz-date"], signed.scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in signed.scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def check_scope(signed: Signed, headers: Mapping[str, str], now: datetime) -> None:
    """Is it for us, of now, and does it sign what the request hangs on? Raises Refusal (InvalidSignatureException)."""
    must = {"host", "x-amz-date"} | {name for name in headers if name.startswith("x-amz-")}
    stamp = headers.get("x-amz-date", "")
    if signed.service != SERVICE:
        raise _bad_signature(f"Credential should be scoped to the service “{SERVICE}”.")
    if list(signed.headers) != sorted(set(signed.headers)) or not must <= set(signed.headers) or not set(signed.headers) <= set(headers):
        raise _bad_signature("SignedHeaders must name, in order, host, x-amz-date and every x-amz- header of the request.")
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _bad_signature("X-Amz-Date is written like 20170117T090000Z.") from None
    if not stamp.startswith(signed.date):
        raise _bad_signature("The date of the credential's scope is not that of X-Amz-Date.")
    if abs(now - at) > MOST_SKEW:
        raise _bad_signature(f"Signature expired: {stamp} is more than 15 minutes from {now:%Y%m%dT%H%M%SZ}.")


def _bad_signature(message: str) -> Refusal:
    return Refusal(message, kind="InvalidSignatureException")


def check_signature(signed: Signed, secret: str, *, path: str, query: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raises Refusal (InvalidSignatureException) unless `secret` signed exactly this request."""
    made = signature_of(signed, secret, path=path, query=query, headers=headers, body=body)
    if not hmac.compare_digest(made, signed.signature):
        raise _bad_signature(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key."
        )


# --- Ids and durations ---------------------------------------------------------------------------------------------

ID = re.compile(r"([A-Z])([1-9][0-9]{0,8})")


def id_of(letter: str, number: int) -> str:
    """How the protocol names a row: "H17" a HIT, "T" a HIT type, "R" an assignment, "A" a worker."""
    return f"{letter}{number}"


def number_of(letter: str, said: str) -> int | None:
    """The row's number, None for anything that is no such id."""
    found = ID.fullmatch(said)
    return int(found[2]) if found and found[1] == letter else None


def lease_minutes(seconds: int) -> int:
    """A lease in whole minutes, rounded up, at most a day."""
    return max(forms.LEAST_LEASE, min(forms.MOST_LEASE, -(-seconds // 60)))


def auto_accept_days(seconds: int) -> int:
    """The time for a decision in whole days, rounded up, at most thirty."""
    return min(forms.MOST_ACCEPT_DAYS, -(-seconds // SECONDS_OF_A_DAY))


def at_least(text: str, least: int, more: str) -> str:
    """`text`, continued by `more` where a project asks for more words than the protocol does."""
    return text if len(text) >= least else f"{text} · {more}"


# --- The question: QuestionForm XML as a project's form ------------------------------------------------------------

SUPPORTED = (
    "Supported is QuestionForm with Overview and QuestionContent of Title, Text and List, and FreeTextAnswer (Length alone as a "
    "constraint) or SelectionAnswer of plain Text."
)
SCHEMA = re.compile(r"http://mechanicalturk\.amazonaws\.com/AWSMechanicalTurkDataSchemas/[0-9-]{10}/QuestionForm\.xsd")
ANSWERS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"
MOST_DEPTH, MOST_ELEMENTS = 12, 2_000
SEVERAL = frozenset({"checkbox", "multichooser"})


@dataclass
class Element:
    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    parts: list[Element] = field(default_factory=list)
    text: str = ""

    def one(self, name: str) -> Element | None:
        return next((part for part in self.parts if part.name == name), None)

    def said(self, name: str) -> str:
        found = self.one(name)
        return found.text.strip() if found is not None else ""


@dataclass(frozen=True)
class Asked:
    """A question as the sender names it (`identifier`) and as the form does (`name`)."""

    identifier: str
    name: str
    selection: bool


@dataclass(frozen=True)
class Question:
    """What a QuestionForm comes to: the words above it, the schema of the answers, the names of its questions."""

    overview: str
    answer: dict[str, Any]
    asked: tuple[Asked, ...]


def _xml_wrong(message: str) -> Refusal:
    return Refusal(f"There was an error parsing the Question: {message} {SUPPORTED}", turk_code="AWS.MechanicalTurk.XMLParseError")


def read_xml(text: str) -> Element:
    """The elements of a document. A DOCTYPE or an entity is refused, and so is what is deep or long. Raises Refusal."""
    top, count = Element(""), 0
    path = [top]
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")

    def refuse(*_: Any) -> int:
        raise _xml_wrong("A DOCTYPE and entities are not taken.")

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal count
        count += 1
        space, _, local = name.rpartition(" ")
        if len(path) > MOST_DEPTH or count > MOST_ELEMENTS:
            raise _xml_wrong("It has too many elements.")
        if space and not SCHEMA.fullmatch(space):
            raise _xml_wrong(f"“{space[:120]}” is not known here.")
        path[-1].parts.append(Element(local, attributes))
        path.append(path[-1].parts[-1])

    def end(_: str) -> None:
        path.pop()

    def words(said: str) -> None:
        path[-1].text += said

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, words
    parser.buffer_text = True
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        raise _xml_wrong(f"{expat.ErrorString(error.code)} (line {error.lineno}).") from None
    return top.parts[0]


def _only(element: Element, known: str) -> None:
    """Raises Refusal for a part that is not among `known` (names with spaces between)."""
    odd = next((part.name for part in element.parts if part.name not in known.split()), None)
    if odd is not None:
        raise _xml_wrong(f"“{odd[:60]}” in {element.name} is not supported.")


def _content(element: Element | None) -> str:
    """Title, Text and List as plain words, a paragraph each."""
    if element is None:
        return ""
    _only(element, "Title Text List")
    lines = []
    for part in element.parts:
        if part.name == "List":
            _only(part, "ListItem")
            lines.append("\n".join(f"- {item.text.strip()}" for item in part.parts))
        else:
            _only(part, "")
            lines.append(part.text.strip())
    return "\n\n".join(line for line in lines if line)


def read_question(xml: str) -> Question:
    """The form of a QuestionForm. A question that says IsRequired must be answered; where none says so, all must. Raises Refusal."""
    top = read_xml(xml)
    if top.name != "QuestionForm":
        raise _xml_wrong(f"“{top.name[:60]}” is not supported.")
    _only(top, "Overview Question")
    overview = "\n\n".join(filter(None, (_content(part) for part in top.parts if part.name == "Overview")))
    questions = [part for part in top.parts if part.name == "Question"]
    if not 1 <= len(questions) <= forms.MOST_FIELDS:
        raise _xml_wrong(f"Ask 1 to {forms.MOST_FIELDS} questions.")
    identifiers = [question.said("QuestionIdentifier") for question in questions]
    if "" in identifiers or len(set(identifiers)) != len(identifiers) or any(len(said) > 128 for said in identifiers):
        raise _xml_wrong("Each question needs a QuestionIdentifier of its own, of at most 128 characters.")
    names, properties, required, asked = _names(identifiers), {}, [], []
    for name, question in zip(names, questions, strict=True):
        properties[name], selects, optional = _property(question)
        asked.append(Asked(question.said("QuestionIdentifier"), name, selects))
        if question.said("IsRequired") in {"true", "1"} and not optional:
            required.append(name)
    return Question(overview, {"type": "object", "properties": properties, "required": required or names}, tuple(asked))


def _names(identifiers: Sequence[str]) -> list[str]:
    """The identifiers themselves where a form can take them, else q1, q2 ..., each once."""
    fit = {said for said in identifiers if forms.ANSWER_NAME.fullmatch(said)}
    free = (f"q{n}" for n in range(1, 1_000) if f"q{n}" not in fit)
    return [said if said in fit else next(free) for said in identifiers]


def _property(question: Element) -> tuple[dict[str, Any], bool, bool]:
    """The schema of one answer, whether it is a selection, whether nothing may be selected."""
    _only(question, "QuestionIdentifier DisplayName IsRequired QuestionContent AnswerSpecification")
    title = _content(question.one("QuestionContent"))
    if not 1 <= len(title) <= 500:
        raise _xml_wrong("The QuestionContent of each question is a text of 1 to 500 characters; longer words go into the Overview.")
    specification = question.one("AnswerSpecification") or Element("")
    if len(specification.parts) != 1:
        raise _xml_wrong("Each question has one AnswerSpecification.")
    kind = specification.parts[0]
    if kind.name not in _ANSWERS:
        raise _xml_wrong(f"“{kind.name[:60]}” is not supported.")
    said, optional = _ANSWERS[kind.name](kind)
    return {"title": title, **said}, kind.name == "SelectionAnswer", optional


def _free_text(element: Element) -> tuple[dict[str, Any], bool]:
    _only(element, "Constraints NumberOfLinesSuggestion")
    constraints = element.one("Constraints") or Element("")
    _only(constraints, "Length")
    length = constraints.one("Length") or Element("Length")
    said: dict[str, Any] = {"type": "string"}
    for name, value in length.attributes.items():
        if name not in {"minLength", "maxLength"} or not (value.isascii() and value.isdecimal() and len(value) < 6):
            raise _xml_wrong("Length has minLength and maxLength, whole numbers.")
        said[name] = int(value)
    if said.get("maxLength", 1) < said.get("minLength", 0) or max(said.get("maxLength", 1), said.get("minLength", 0)) > forms.LONGEST_TEXT:
        raise _xml_wrong(f"A Length goes from minLength to maxLength, at most {forms.LONGEST_TEXT}.")
    if said.get("maxLength") == 0:
        raise _xml_wrong("A maxLength of 0 leaves no answer.")
    return said, False


def _selection(element: Element) -> tuple[dict[str, Any], bool]:
    _only(element, "MinSelectionCount MaxSelectionCount StyleSuggestion Selections")
    offered = (element.one("Selections") or Element("")).parts
    rows = [{"const": one.said("SelectionIdentifier"), "title": one.said("Text")} for one in offered]
    for one in offered:
        if one.name != "Selection":
            raise _xml_wrong(f"“{one.name[:60]}” in Selections is not supported.")
        _only(one, "SelectionIdentifier Text")
    values = [row["const"] for row in rows]
    if not 2 <= len(rows) <= forms.MOST_OPTIONS or len(set(values)) != len(values) or not all(_short(t) for r in rows for t in r.values()):
        raise _xml_wrong(f"Selections hold 2 to {forms.MOST_OPTIONS} different ones, identifier and Text of 1 to 200 characters each.")
    several = len(rows) if element.said("StyleSuggestion") in SEVERAL else 1
    least, most = _count(element, "MinSelectionCount", 1), _count(element, "MaxSelectionCount", several)
    if not (0 <= least <= most and 1 <= most <= len(rows)):
        raise _xml_wrong("MinSelectionCount and MaxSelectionCount do not fit the Selections.")
    choice: dict[str, Any] = {"type": "string", "oneOf": rows}
    if most == 1:
        return choice, least == 0
    return {"type": "array", "items": choice, "minItems": least, "maxItems": most}, least == 0


def _short(text: str) -> bool:
    return 1 <= len(text) <= 200


def _count(element: Element, name: str, otherwise: int) -> int:
    said = element.said(name)
    if said and not (said.isascii() and said.isdecimal() and len(said) < 6):
        raise _xml_wrong(f"{name} is a whole number.")
    return int(said) if said else otherwise


_ANSWERS: Mapping[str, Callable[[Element], tuple[dict[str, Any], bool]]] = {"FreeTextAnswer": _free_text, "SelectionAnswer": _selection}


def form_of(question: Question) -> dict[str, Any]:
    """The schema of a project that shows a text and asks these questions."""
    item = {"type": "object", "properties": {"text": {"type": "string", "title": "Task"}}, "required": ["text"]}
    return {"type": "object", "properties": {"item": item, "answer": question.answer}, "required": ["item", "answer"]}


def answers_xml(asked: Iterable[Asked], answer: Mapping[str, Any]) -> str:
    """An answer as QuestionFormAnswers, one Answer for each question in their order; an empty one where nothing was said."""
    rows = []
    for question in asked:
        said = answer.get(question.name)
        kind = "SelectionIdentifier" if question.selection else "FreeText"
        values = said if isinstance(said, list) else [] if said is None and question.selection else [said or ""]
        inner = "".join(f"<{kind}>{_words(value)}</{kind}>" for value in values)
        rows.append(f"<Answer><QuestionIdentifier>{_words(question.identifier)}</QuestionIdentifier>{inner}</Answer>")
    return f'<?xml version="1.0" encoding="UTF-8"?><QuestionFormAnswers xmlns="{ANSWERS}">{"".join(rows)}</QuestionFormAnswers>'


_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _words(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))
