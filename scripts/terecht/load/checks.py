"""What no single value can tell: how the facts of one organisation fit together. Findings only; nothing is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from pydantic import BaseModel

from terecht.findings import Finding, did_you_mean
from terecht.load.organisation import Contact, Organisation, Policy
from terecht.load.values import Text

Location: TypeAlias = tuple[str | int, ...]
#: Makes a finding at the value that stands at a location of the file.
Report: TypeAlias = Callable[[Location, str, str, str], Finding]

#: `domain/FLOW.md` 1: each vertrouwenspersoon has a number in the stylesheet of the flow, up to 32.
MAX_VERTROUWENSPERSONEN = 32

#: Ids of others among which the one that was meant is looked for, over a whole file: all with all would take minutes.
_MOST_COMPARED = 1_000

#: Roles that a vertrouwenspersoon had better not have, and why (DOMAIN 2.7: incompatible or unwise double roles).
_DOUBLE_ROLES = {
    "hr": ("W101", "HR works for the employer and has to act on what it knows"),
    "directie": ("W102", "a director decides about the people who would come to talk"),
    "klachtencommissie": ("W103", "a committee that judges can not hold someone who stands beside one side"),
}

_POLICY_HELP = "until it is set, the site says less about this"


def check(organisation: Organisation, today: dt.date, report: Report) -> Iterator[Finding]:
    """All findings about the organisation as a whole. ``today`` decides what is overdue."""
    yield from _contacts(organisation, report)
    for position, contact in enumerate(organisation.contacts):
        yield from _contact(organisation, contact, ("contacts", position), today, report)
    yield from _replacements(organisation, report)
    yield from _texts(organisation, report)
    if organisation.country != "NL":
        message = f"the helplines on the site are Dutch, and the country is '{organisation.country}'"
        yield report(("country",), "T044", message, "other countries are not possible yet")
    if organisation.review.next and organisation.review.next < today.isoformat():
        message = f"these facts were due for a check on {organisation.review.next}"
        yield report(("review", "next"), "W105", message, "check them, and set 'date' and 'next'")
    yield from _policy(organisation.policy, report)
    yield from _named(organisation, report)


def _contacts(organisation: Organisation, report: Report) -> Iterator[Finding]:
    if not any(contact.reachable for contact in organisation.contacts):
        help_ = "give at least one contact a phone, email, address or url"
        yield report(("contacts",), "T042", "no contact can be reached", help_)
    advisers = organisation.with_role("vertrouwenspersoon")
    if not advisers:
        help_ = "the site sends readers to others; add one as soon as there is one"
        yield report(("contacts",), "W109", "there is no vertrouwenspersoon", help_)
    elif len(advisers) == 1:
        help_ = (
            "a second one, perhaps from outside, helps when the first is away, involved or already asked by the other"
        )
        yield report(
            ("contacts", organisation.contacts.index(advisers[0])),
            "W104",
            "there is only one vertrouwenspersoon",
            help_,
        )
    if len(advisers) > MAX_VERTROUWENSPERSONEN:
        message = f"{len(advisers)} vertrouwenspersonen; {MAX_VERTROUWENSPERSONEN} is the most"
        yield report(("contacts",), "T043", message, "let several share one card")


def _contact(
    organisation: Organisation, contact: Contact, at: Location, today: dt.date, report: Report
) -> Iterator[Finding]:
    ids = [other.id for other in organisation.contacts]
    if ids.index(contact.id) != at[1]:
        message = f"the id '{contact.id}' is also that of contact {ids.index(contact.id) + 1}"
        yield report((*at, "id"), "T040", message, "give each contact an id of its own")
    if "vertrouwenspersoon" in contact.roles:
        for role, (code, why) in _DOUBLE_ROLES.items():
            if role in contact.roles:
                yield report((*at, "roles"), code, f"a vertrouwenspersoon who is also {role}", why)
    if contact.certified_until and contact.certified_until < today.isoformat():
        message = f"the certificate ended on {contact.certified_until}"
        yield report((*at, "certified_until"), "W107", message, "write the new date, or leave it out")
    for number, absence in enumerate(contact.absent):
        if absence.to < absence.from_:
            message = f"{absence.to} is before {absence.from_}"
            yield report((*at, "absent", number, "to"), "T045", message, "swap the two")


def _replacements(organisation: Organisation, report: Report) -> Iterator[Finding]:
    ids = [contact.id for contact in organisation.contacts]
    compared = 0
    for position, contact in enumerate(organisation.contacts):
        others = [other for other in ids if other != contact.id]
        for number, absence in enumerate(contact.absent):
            if absence.replaced_by is None or absence.replaced_by in others:
                continue
            compared += len(others)
            near = did_you_mean(absence.replaced_by, others) if compared <= _MOST_COMPARED else ""
            at = ("contacts", position, "absent", number, "replaced_by")
            message = f"nobody else has the id '{absence.replaced_by}'"
            yield report(at, "T041", message, near or "leave it out")


def _texts(organisation: Organisation, report: Report) -> Iterator[Finding]:
    for location, text in _each_text(organisation, ()):
        for language in text.lacks(organisation.languages):
            help_ = f"add '{language}: …', or write one text for all languages"
            yield report(location, "T031", f"this text is missing in '{language}'", help_)


def _each_text(value: Any, location: Location) -> Iterator[tuple[Location, Text]]:
    if isinstance(value, Text):
        yield location, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _each_text(getattr(value, name), (*location, field.alias or name))
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            yield from _each_text(item, (*location, position))


def _policy(policy: Policy, report: Report) -> Iterator[Finding]:
    for location in _unset(policy, ("policy",)):
        name = ".".join(map(str, location[1:]))
        yield report(location, "W106", f"the policy '{name}' is unset", _POLICY_HELP)
    if policy.third_party_contact == "may_mediate_informally":
        message = "a vertrouwenspersoon who mediates does not follow the code of the LVV"
        help_ = "is 'support_present_with_consent' what happens here?"
        yield report(("policy", "third_party_contact"), "W108", message, help_)


def _named(organisation: Organisation, report: Report) -> Iterator[Finding]:
    """Settings that speak of somebody, and whether there is such a contact."""
    policy = organisation.policy
    for_accused = organisation.with_role("vertrouwenspersoon_beklaagde")
    at = ("policy", "accused_support")
    if policy.accused_support in {"andere_vp", "externe_vp"} and not for_accused:
        help_ = "give a vertrouwenspersoon 'also_for_accused: yes'; until then the site names nobody"
        yield report(at, "W114", f"'{policy.accused_support}', and no contact is there for the accused", help_)
    elif policy.accused_support == "externe_vp" and not any(contact.kind == "extern" for contact in for_accused):
        help_ = "is one of them 'kind: extern'?"
        yield report(at, "W114", "'externe_vp', and nobody who is there for the accused is external", help_)
    elif policy.accused_support == "geen" and for_accused:
        help_ = f"is '{for_accused[0].id}' there for the accused or not?"
        yield report(at, "W114", "'geen', and a contact has 'also_for_accused: yes'", help_)
    if policy.complaint_contact and not organisation.with_role("complaint_contact"):
        message = f"nobody has the role '{policy.complaint_contact}'"
        help_ = "add the contact; until then the site says to ask"
        yield report(("policy", "complaint_contact"), "W114", message, help_)


def _unset(value: BaseModel, location: Location) -> Iterator[Location]:
    for name in type(value).model_fields:
        inner = getattr(value, name)
        if isinstance(inner, BaseModel):
            yield from _unset(inner, (*location, name))
        elif inner is None:
            yield (*location, name)
