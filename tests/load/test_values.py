"""Values reach the page as they were written, and what is no value of its kind is refused."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from terecht.load.organisation import Organisation
from terecht.load.typed import read_model
from terecht.load.values import (
    Colour,
    Date,
    Email,
    InternalNumber,
    Phone,
    SiteUrl,
    SpokenLanguage,
    Text,
    Url,
    WholeNumber,
    YesNo,
    phone_link,
)
from terecht.load.yaml_tree import parse, plain

#: Scalars that YAML's own rules would change (0612345670 becomes 103402424, 12:30 becomes 750, no becomes false).
AS_WRITTEN = [
    *(
        "0612345670",
        "12:30",
        "no",
        "yes",
        "on",
        "~",
        "null",
        "1.10",
        "007",
        "0x1F",
        "1e3",
        "2026-11-01",
        "1_000",
        ".5",
    ),
    *("=", "true", "NaN", "0o17", "12345678 KvK", "Ö", "😀", "אבג"),
]


@pytest.mark.parametrize("scalar", AS_WRITTEN)
def test_a_scalar_is_the_text_that_was_written(scalar: str) -> None:
    tree, findings = parse(f"name: {scalar}\n".encode(), "x.yml")
    assert tree is not None
    assert not findings
    assert plain(tree) == {"name": scalar}


@pytest.mark.parametrize(
    ("number", "link"),
    [
        ("06 12345670", "tel:+31612345670"),
        ("+31 20 123 45 67", "tel:+31201234567"),
        ("020-1234567", "tel:+31201234567"),
        ("(030) 123 45 68", "tel:+31301234568"),
        ("0800 0113", "tel:+318000113"),
        ("+32 2 555 12 12", "tel:+3225551212"),
    ],
)
def test_a_phone_number_stays_as_written_and_dials_right(number: str, link: str) -> None:
    assert TypeAdapter(Phone).validate_python(number) == number
    assert phone_link(number) == link


@pytest.mark.parametrize(
    ("kind", "wrong", "code"),
    [
        (Phone, "06 1234567", "T026"),
        (Phone, "bel mij", "T026"),
        (Phone, "030 123 45 68 ext 12", "T026"),
        (InternalNumber, "--", "T026"),
        (SiteUrl, "https://voorbeeld.example/?a=b", "T028"),
        (SiteUrl, "https://voorbeeld.example/a/%2e%2e/b/", "T028"),
        (Phone, "06 12345670; ext=1<script>", "T026"),
        (Email, "jip", "T027"),
        (Email, "Jip <jip@voorbeeld.example>", "T027"),
        (Email, "jip@voorbeeld.example?bcc=x@y.nl", "T027"),
        (Url, "https://voorbeeld.example/ met spatie", "T028"),
        (Url, "//voorbeeld.example", "T028"),
        (Url, "voorbeeld.example", "T028"),
        (Url, "data:text/html,x", "T028"),
        (Url, 'https://voorbeeld.example/"onclick=x', "T028"),
        (Url, "https://voorbeeld.example:99999999/", "T028"),
        (Colour, "#00539", "T025"),
        (Colour, "red;}", "T025"),
        (Date, "2026-1-1", "T024"),
        (WholeNumber, "-1", "T023"),
        (WholeNumber, "٣", "T023"),
        (SpokenLanguage, "klingon", "T029"),
    ],
)
def test_what_is_not_of_its_kind_is_refused(kind: type, wrong: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(wrong)
    assert refused.value.errors()[0]["type"] == code


@pytest.mark.parametrize(("written", "meant"), [("yes", "yes"), ("no", "no"), ("true", "yes"), ("false", "no")])
def test_yes_and_no_may_be_true_and_false(written: str, meant: str) -> None:
    assert TypeAdapter(YesNo).validate_python(written) == meant


def test_a_text_is_one_for_all_languages_or_one_each() -> None:
    assert Text.parse("overal").in_language("en") == "overal"
    text = Text.parse({"nl": "hallo", "en": "hello"})
    assert (text.in_language("nl"), text.in_language("en")) == ("hallo", "hello")
    assert Text.parse({"nl": "hallo"}).lacks(("nl", "en")) == ("en",)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Text).validate_python("x" * 2_001)
    assert refused.value.errors()[0]["type"] == "T032"


def test_braces_in_a_value_do_not_disturb_the_message() -> None:
    tree, _ = parse(b"schema: 1\nname: x\nlanguages: [nl]\nurl: '{boom}%s'\ncontacts: []\n", "x.yml")
    assert tree is not None
    _, findings = read_model(Organisation, tree, "x.yml")
    assert "'{boom}%s' does not start with" in "\n".join(map(str, findings))


def test_an_empty_value_is_an_absent_one() -> None:
    text = (
        b"schema: 1\nname: x\nshort_name: ''\nlanguages: [nl]\ncontacts:\n  - {id: a, roles: [hr], name: b, phone: }\n"
    )
    tree, _ = parse(text, "x.yml")
    assert tree is not None
    organisation, findings = read_model(Organisation, tree, "x.yml")
    assert not findings
    assert organisation is not None
    assert organisation.short_name is None
    assert organisation.contacts[0].phone is None
