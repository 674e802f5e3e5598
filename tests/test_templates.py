"""A template is right for every organisation, or it is a finding before any site is built."""

from __future__ import annotations

import pytest

from terecht.flow.knowledge import Knowledge
from terecht.templates.check import check


def findings(content: Knowledge, text: str) -> list[str]:
    return [
        f"{found.line} {found.code} {found.message}" for found in check(text, "docs/nl/x.md", 5, content.fragments())
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Hallo {{ organisation.name }}, {{ organisation.title }}.",
        "{% if policy.complaint.term %}{{ policy.complaint.term }}{% endif %}",
        '{% if policy.stance == "naast_de_melder" and not roles.mediator %}ja{% endif %}',
        '{% if "gewetensnood" in policy.confidentiality_exceptions %}ja{% else %}nee{% endif %}',
        "{% for vp in roles.hr %}- {{ vp.name }}{% if vp.phone %}: {{ vp.phone }}{% endif %}{% endfor %}",
        "{% if roles.vertrouwenspersoon | length > 1 %}meer{% endif %}",
        '{{ contact_cards("hr", "mediator") }}\n\n{{ helpline_cards("politie") }}\n\n{{ emergency_panel() }}',
        "{% for rule in documents %}[{{ rule.title }}]({{ rule.url }}){% endfor %}",
        '{% if policy.visit.in_work_time == "yes" %}a{% elif policy.visit.in_work_time == "no" %}b{% endif %}',
    ],
)
def test_what_a_page_may_say(content: Knowledge, text: str) -> None:
    assert findings(content, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n{{ organisation.nmae }}", "6 T080 'organisation' has no 'nmae'"),
        ("{{ organisatie.name }}", "5 T080 there is no 'organisatie'"),
        ("{% if roles.meditator %}x{% endif %}", "5 T080 there is no role 'meditator'"),
        ('{% if policy.stance == "naast" %}x{% endif %}', "5 T080 'policy.stance' is never 'naast'"),
        ('{% if "x" in policy.serves %}x{% endif %}', "5 T080 'policy.serves' is never 'x'"),
        ("{{ policy.complaint.term }}", "5 T081 'policy.complaint.term' can be unset, and would leave a gap"),
        (
            "{% if policy.complaint.who %}{{ policy.complaint.term }}{% endif %}",
            "5 T081 'policy.complaint.term' can be unset",
        ),
        (
            "{% if policy.complaint.term %}a{% else %}{{ policy.complaint.term }}{% endif %}",
            "5 T081 'policy.complaint.term' can",
        ),
        ("{{ policy.stance }}", "5 T081 'policy.stance' is a setting, not a text"),
        ("{{ roles.hr }}", "5 T081 'roles.hr' is not one value"),
        ("{{ organisation.brand }}", "5 T081 'organisation.brand' is not one value"),
        (
            "{% if policy.visit.in_work_time %}x{% endif %}",
            "5 T081 'policy.visit.in_work_time' is set for 'no' as well",
        ),
        ("{% if roles.hr > 1 %}x{% endif %}", "5 T081 'roles.hr' can only be compared with == and !="),
        ("{% for x in organisation.name %}x{% endfor %}", "5 T081 'organisation.name' is not a list"),
        ("{{ organisation.name | upper }}", "5 T081 the filter 'upper' is not possible in a page"),
        ("{{ organisation.name.upper() }}", "5 T080 there is no fragment ''"),
        ("{% set x = 1 %}", "5 T081 'assign' is not possible in a page"),
        ("{% include 'x' %}", "5 T081 'include' is not possible in a page"),
        ("{{ 1 + 1 }}", "5 T081 'add' is not possible in a page"),
        ('{{ contact_cards("mediater") }}', "5 T080 'contact_cards' does not know 'mediater'"),
        ("{{ contact_cards() }}", "5 T081 'contact_cards' takes names between quotes"),
        ('{{ emergency_panel("x") }}', "5 T081 'emergency_panel' takes nothing"),
        ('{{ helpline_cards("polite") }}', "5 T080 'helpline_cards' does not know 'polite'"),
        ("{{ kaartjes() }}", "5 T080 there is no fragment 'kaartjes'"),
        ("{% if organisation.name %}\nx", "T082 this template can not be read"),
        ("{% if roles.hr %}\n\n## Kop {: #kop }\n{% endif %}", "7 T081 a heading may not depend on a fact"),
    ],
)
def test_what_a_page_may_not_say(content: Knowledge, text: str, expected: str) -> None:
    found = findings(content, text)
    assert len(found) == 1
    assert expected in found[0]


def test_a_typo_names_what_was_meant(content: Knowledge) -> None:
    (finding,) = check("{{ organisation.nmae }}", "docs/nl/x.md", 5, content.fragments())
    assert str(finding) == "docs/nl/x.md:5:1: T080 'organisation' has no 'nmae'; did you mean 'name'?"


def test_all_mistakes_of_a_page_come_at_once(content: Knowledge) -> None:
    assert len(findings(content, "{{ a }}\n{{ b }}\n{% if c %}{{ d }}{% endif %}")) == 3
