"""A fleet of fictional clients that differ as real ones do; client 7 is the same in a fleet of any size.

PYTHONPATH=tests python tests/bench/fleet.py 1000 FOLDER

How the chances were chosen. A consultancy takes a client in with a sheet of the usual answers, and a client changes few
of them: two thirds none, one in fifty eight; some have no sheet at all. Small firms, which are most, name few people: a
vertrouwenspersoon from outside and a director. Large ones have what the law asks of them, such as a works council from
50 people, and several vertrouwenspersonen. So small clients often share a structure, large ones hardly ever, and every
setting is still answered in other ways by somebody. The chances are our judgement, not a survey. With each setting
drawn by itself all of a thousand would differ, and no fleet looks so.
"""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from PIL import Image, ImageDraw

from reading import SAMPLES, Setting, settings
from terecht.brand.palette import nearest
from terecht.load.organisation import ROLES

SEED = "terecht 1"
_FIRST = ("Samira", "Daniël", "Wei", "Esther", "Fatma", "Joost", "Mehmet", "Kwame", "Zoë", "Aïsha")
_LAST = ("Bakker", "Oduya", "Lin", "Vos", "Yılmaz", "de Haan", "Groot", "Asante", "Kok", "Wolf")
_KINDS = ("Waterschap", "Gemeente", "Stichting", "Bureau", "Theater", "Zorggroep", "Fabriek", "Museum")
_PLACES = ("Laagstad", "Hoogdorp", "Veldhoek", "Rivierenland", "Duinzicht", "Heuvelrug", "Polder", "Zeewijk")
#: Pages that a client writes itself beside ours, and one of ours that it may replace.
_OWN, _REPLACED = ("huisregels", "onze-afspraken"), ("organisatie", "wet", "woorden")

#: Small, middle and large: how many there are of each in a hundred clients of a consultancy.
_SIZES, _SIZE_WEIGHTS = ("<10", "10-49", "50+"), (45, 38, 17)
_LANGUAGES, _LANGUAGE_WEIGHTS = (["nl"], ["nl", "en"], ["en", "nl"], ["en"]), (68, 23, 7, 2)
#: How many in a hundred clients of each size have 1, 2, … 6 vertrouwenspersonen.
_ADVISERS = {"<10": (96, 4, 0, 0, 0, 0), "10-49": (70, 27, 3, 0, 0, 0), "50+": (3, 46, 24, 13, 8, 6)}
#: How many in a hundred clients of each size name somebody in a role.
_ROLES: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {
        "mediator": (0, 2, 12),
        "klachtencommissie": (0, 4, 85),
        "meldpunt": (0, 1, 12),
        "hr": (2, 90, 97),
        "bedrijfsarts": (12, 92, 97),
        "bedrijfsmaatschappelijk_werk": (0, 1, 12),
        "ombudsfunctionaris": (0, 0, 4),
        "ondernemingsraad": (0, 2, 92),
        "preventiemedewerker": (1, 4, 10),
        "directie": (90, 92, 15),
        "toezichthouder": (0, 3, 10),
        "bedrijfshulpverlening": (1, 2, 6),
        "geschillencommissie": (0, 1, 3),
        "privacy": (0, 1, 10),
        "vakbond": (0, 1, 4),
    }
)
_FROM_OUTSIDE = frozenset({"mediator", "klachtencommissie", "bedrijfsarts", "geschillencommissie", "vakbond"})
_SECTORS = ("cultuur_media", "sport", "onderwijs", "zorg", "decentrale_overheid", "rijk", "politie", "kerk")
_SECTOR_WEIGHTS = (6, 4, 10, 14, 8, 2, 1, 2)
_PUBLIC = frozenset({"decentrale_overheid", "rijk", "politie"})

#: The usual answers, as on the sheet that a client starts from; a setting that is not here is usually left open.
_USUAL: Mapping[str, Any] = MappingProxyType(
    {
        "scope.integriteit": "yes",
        "scope.conflict": "refer_on",
        "scope.werkdruk": "refer_on",
        "scope.prive": "refer_on",
        "third_party_contact": "support_present_with_consent",
        "stance": "naast_de_melder",
        "confidentiality_exceptions": ["wettelijke_aangifteplicht", "acuut_gevaar"],
        "melder_hears_first": "yes",
        "accused_support": "hr_casemanager",
        "serves": ["in_dienst", "uitzend", "zzp", "stage", "vrijwilliger"],
        "is_meldpunt": "no",
        "anonymity.talk": "yes",
        "anonymity.complaint": "no",
        "informal_first": "offered",
        "mediation.after_misconduct": "only_on_wish",
        "mediation.paid_by": "employer",
        "complaint.who": ["in_dienst", "uitzend", "zzp", "stage", "vrijwilliger", "oud_medewerker"],
        "complaint.term": SAMPLES["complaint.term"],
        "records.kept_by": "vertrouwenspersoon",
        "records.destroyed": SAMPLES["records.destroyed"],
        "records.employer_sees": "aantallen",
        "visit.in_work_time": "yes",
        "visit.no_permission_needed": "yes",
        "show_national_helplines": "yes",
    }
)
#: How many clients change 0, 1, 2, 3, 5 or 8 of them; and how many clients in a hundred have no sheet at all.
_CHANGES, _CHANGE_WEIGHTS = (0, 1, 2, 3, 5, 8), (65, 15, 8, 5, 5, 2)
_WITHOUT_SHEET = 15


def write(count: int, folder: Path) -> list[Path]:
    """The folders of so many clients, written below a folder."""
    return [_write_client(number, folder) for number in range(count)]


def _write_client(number: int, top: Path) -> Path:
    chance = random.Random(f"{SEED}/{number}")
    folder = top / f"klant-{number:05d}"
    folder.mkdir(parents=True)
    facts = _organisation(number, chance)
    if chance.random() < 0.5:
        facts["brand"] |= {"logo": "logo.svg", "logo_alt": facts["name"]}
        (folder / "logo.svg").write_text(_logo(facts["brand"]["colour"], facts["name"][0]), "utf-8")
    for contact in facts["contacts"]:
        if "vertrouwenspersoon" in contact["roles"] and chance.random() < 0.3:
            contact |= {"photo": f"{contact['id']}.jpg", "photo_alt": contact["name"]}
            (folder / contact["photo"]).write_bytes(_photo(chance.randrange(24)))
    text = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=120)
    (folder / "organisation.yml").write_text(text, "utf-8")
    if number % 10 == 3:
        _own_page(folder, facts, _OWN[chance.randrange(len(_OWN))], chance)
    if number % 50 == 7:
        _own_page(folder, facts, _REPLACED[chance.randrange(len(_REPLACED))], chance)
    return folder


def _organisation(number: int, chance: random.Random) -> dict[str, Any]:
    name = f"{chance.choice(_KINDS)} {chance.choice(_PLACES)} {number}"
    position = chance.choices(range(len(_SIZES)), _SIZE_WEIGHTS)[0]
    size = _SIZES[position]
    several = chance.choices(range(1, 7), _ADVISERS[size])[0]
    contacts = [_adviser(which, number, several, chance) for which in range(several)]
    others = [role for role in ROLES if role in _ROLES and chance.randrange(100) < _ROLES[role][position]]
    contacts += [_contact(role.replace("_", "-"), role, number, chance) for role in others]
    sector = chance.choices(_SECTORS, _SECTOR_WEIGHTS)[0] if chance.random() < 0.2 else None
    facts = {
        "schema": "1",
        "name": name,
        "languages": chance.choices(_LANGUAGES, _LANGUAGE_WEIGHTS)[0],
        "url": f"https://intranet{number}.example/vertrouwenspersoon/" if chance.random() < 0.7 else None,
        "sector": [sector] if sector else None,
        "public_body": "yes" if sector in _PUBLIC else "no" if chance.random() < 0.7 else None,
        "size": size,
        "meldregeling": {"<10": "no", "10-49": None, "50+": "yes"}[size],
        "discreet": chance.choices(["yes", "no"], [9, 1])[0],
        # Of some thousands a few would be too light for a header, and refused.
        "brand": {"colour": nearest(f"#{chance.randrange(1 << 24):06x}")},
        "review": {"date": f"2026-{chance.randint(1, 10):02d}-01", "by": "de afdeling HR", "next": "2027-09-01"},
        "contacts": contacts,
        "policy": _policy(chance, {role for contact in contacts for role in contact["roles"]}),
    }
    return {key: value for key, value in facts.items() if value not in (None, {})}


def _adviser(position: int, number: int, several: int, chance: random.Random) -> dict[str, Any]:
    """The first of one is mostly from outside; of several one is, and the others have another job here."""
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    contact = _contact(f"vp-{position + 1}", "vertrouwenspersoon", number, chance) | {"name": name}
    outside = chance.random() < 0.9 if several == 1 else position == 0
    days = chance.randint(2, 5)
    words = {
        "response_time": {"nl": f"binnen {days} dagen", "en": f"within {days} days"},
        "speaks": chance.sample(["nl", "en", "ar", "tr", "pl", "zh"], chance.randint(1, 3)),
        "about": {"nl": f"Ik ben {name} en denk met je mee.", "en": f"I am {name} and think along with you."},
    }
    rare = {
        "also_for_accused": chance.choice(["yes", "no"]),
        "topics": chance.choice([["omgangsvormen"], ["omgangsvormen", "integriteit"]]),
        "serves": ["in_dienst"],
    }
    if not outside:
        words["other_job"] = {"nl": "hydroloog bij Peilbeheer", "en": "hydrologist at Water Level Control"}
    return {
        **contact,
        "kind": "extern" if outside else "intern",
        **{key: value for key, value in words.items() if chance.random() < 0.5},
        **{key: value for key, value in rare.items() if chance.random() < 0.03},
    }


def _contact(identifier: str, role: str, number: int, chance: random.Random) -> dict[str, Any]:
    return {
        "id": identifier,
        "roles": [role],
        "name": f"{role.replace('_', ' ').capitalize()} {chance.choice(_LAST)}",
        "kind": "extern" if role in _FROM_OUTSIDE else "intern",
        "phone": f"06 12{chance.randrange(10**6):06d}",
        "email": f"{identifier}@klant{number}.example",
    }


def _policy(chance: random.Random, roles: set[str]) -> dict[str, Any]:
    """The usual sheet, or none, with the changes of this client."""
    chosen = {} if chance.randrange(100) < _WITHOUT_SHEET else dict(_USUAL)
    if chosen and "klachtencommissie" in roles:
        chosen["complaint_contact"] = "klachtencommissie"
    for setting in chance.sample(settings(), chance.choices(_CHANGES, _CHANGE_WEIGHTS)[0]):
        value = _value(setting, sorted(roles), chance)
        if value == chosen.pop(setting.path, None):
            continue  # What was usual is left open.
        chosen[setting.path] = value
    policy: dict[str, Any] = {}
    for path, value in chosen.items():
        *parents, last = path.split(".")
        place = policy
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return policy


def _value(setting: Setting, roles: list[str], chance: random.Random) -> Any:
    if setting.path == "complaint_contact":
        return chance.choice(roles)
    if setting.values == ("sample",):
        return SAMPLES[setting.path]
    if setting.listed:
        return chance.sample(setting.values, chance.randint(1, len(setting.values)))
    return chance.choice(setting.values)


def _own_page(folder: Path, facts: dict[str, Any], name: str, chance: random.Random) -> None:
    page = folder / "docs" / facts["languages"][0] / f"{name}.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(f"- Afspraak {chance.randrange(1000)} met **nadruk**." for _ in range(chance.randint(3, 12)))
    page.write_text(f"# Zo doen wij het bij {facts['name']}\n\n{lines}\n", "utf-8")


def _logo(colour: str, letter: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" '
        f'fill="{colour}"/><path d="M12 {ord(letter) % 40 + 12}h40" stroke="#fff" stroke-width="6"/></svg>\n'
    )


@cache
def _photo(number: int) -> bytes:
    """A drawing of somebody, one of a few."""
    image = Image.new("RGB", (400, 400), (200, 180 + number % 60, 160 + number * 3))
    pen = ImageDraw.Draw(image)
    pen.ellipse((110, 60, 290, 260), fill=(90 + number * 5, 70, 60))
    pen.ellipse((40, 260, 360, 620), fill=(40, 90 + number * 4, 140))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80)
    return stream.getvalue()


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
