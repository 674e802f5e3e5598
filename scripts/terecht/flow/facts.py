"""What the decision table may ask about an organisation: equal facts, equal rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import get_args

from terecht.load.organisation import Organisation, Sector

_SCOPE = ("yes", "refer_on", "no", "unset")
#: The possible values of each fact; of a fact without values one can only ask whether it holds.
FACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "integriteit": _SCOPE,
        "conflict": _SCOPE,
        "werkdruk": _SCOPE,
        "reorganisatie": _SCOPE,
        "prive": _SCOPE,
        "after_misconduct": ("only_on_wish", "no", "unset"),
        "accused_support": ("andere_vp", "externe_vp", "hr_casemanager", "geen", "unset"),
        "sector": get_args(Sector),
        "meldregeling": (),
        "is_meldpunt": (),
        "ombudsfunctionaris": (),
        "several_vertrouwenspersonen": (),
        "lvv_register": (),
    }
)


def facts_of(organisation: Organisation) -> frozenset[str]:
    """The facts that hold: ``integriteit=yes`` for one with values, its name for one without."""
    return frozenset(_facts(organisation))


def as_addition(outcome: str, facts: frozenset[str]) -> str | None:
    """What stands beside another card for an outcome that was asked for; perhaps nothing.

    Talking about integrity is offered there only where P-01 says so (FLOW part 2, item 5).
    """
    if outcome != "vp_integriteit" or "integriteit=yes" in facts:
        return outcome
    return None if "integriteit=no" in facts else "vp_wegwijzer"


def _facts(organisation: Organisation) -> Iterator[str]:
    policy = organisation.policy
    scope = policy.scope
    advisers = organisation.with_role("vertrouwenspersoon")
    values = {
        "integriteit": scope.integriteit,
        "conflict": scope.conflict,
        "werkdruk": scope.werkdruk,
        "reorganisatie": scope.reorganisatie,
        "prive": scope.prive,
        "after_misconduct": policy.mediation.after_misconduct,
        "accused_support": policy.accused_support,
    }
    yield from (f"{name}={value or 'unset'}" for name, value in values.items())
    yield from (f"sector={sector}" for sector in organisation.sector)
    flags = {
        # A meldregeling that nobody filled in may be there: it is only counted out when the file says so (FLOW R10).
        "meldregeling": organisation.meldregeling == "yes"
        or (
            organisation.meldregeling is None
            and (bool(organisation.with_role("meldpunt")) or policy.is_meldpunt == "yes")
        ),
        "is_meldpunt": policy.is_meldpunt == "yes",
        "ombudsfunctionaris": bool(organisation.with_role("ombudsfunctionaris")),
        "several_vertrouwenspersonen": len(advisers) > 1,
        "lvv_register": any(contact.lvv_register for contact in advisers),
    }
    yield from (name for name, flag in flags.items() if flag)
