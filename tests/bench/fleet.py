"""A fleet of fictional clients that differ as real ones do; client 7 is the same in a fleet of any size.

python tests/bench/fleet.py 1000 FOLDER
"""

from __future__ import annotations

import io
import random
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from PIL import Image, ImageDraw

from reading import SAMPLES, Setting, settings
from terecht.load.organisation import ROLES

SEED = "terecht 1"
_FIRST = ("Samira", "Daniël", "Wei", "Esther", "Fatma", "Joost", "Mehmet", "Kwame", "Zoë", "Aïsha")
_LAST = ("Bakker", "Oduya", "Lin", "Vos", "Yılmaz", "de Haan", "Groot", "Asante", "Kok", "Wolf")
_KINDS = ("Waterschap", "Gemeente", "Stichting", "Bureau", "Theater", "Zorggroep", "Fabriek", "Museum")
_PLACES = ("Laagstad", "Hoogdorp", "Veldhoek", "Rivierenland", "Duinzicht", "Heuvelrug", "Polder", "Zeewijk")
_SECTORS = ("algemeen", "cultuur_media", "sport", "onderwijs", "zorg", "decentrale_overheid", "rijk", "kerk")
#: Pages that a client writes itself beside ours, and one of ours that it may replace.
_OWN, _REPLACED = ("huisregels", "onze-afspraken"), ("organisatie", "wet", "woorden")


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
    advisers = [_adviser(position, number, chance) for position in range(chance.randint(1, 6))]
    others = [
        _contact(role.replace("_", "-"), role, number, chance)
        for role in ROLES
        if role != "vertrouwenspersoon" and chance.random() < 0.45
    ]
    contacts = advisers + others
    facts = {
        "schema": "1",
        "name": name,
        "languages": chance.choices([["nl"], ["nl", "en"], ["en", "nl"]], [45, 40, 15])[0],
        "url": f"https://intranet{number}.example/vertrouwenspersoon/" if chance.random() < 0.7 else None,
        "sector": chance.sample(_SECTORS, chance.randint(0, 2)),
        "public_body": chance.choice(["yes", "no", None]),
        "size": chance.choice(["<10", "10-49", "50+", None]),
        "meldregeling": chance.choice(["yes", "no", None]),
        "discreet": chance.choices(["yes", "no"], [4, 1])[0],
        "brand": {"colour": f"#{chance.randrange(1 << 24):06x}"},
        "review": {"date": f"2026-{chance.randint(1, 10):02d}-01", "by": "de afdeling HR", "next": "2027-09-01"},
        "contacts": contacts,
        "policy": _policy(chance, {role for contact in contacts for role in contact["roles"]}),
    }
    return {key: value for key, value in facts.items() if value not in (None, [])}


def _adviser(position: int, number: int, chance: random.Random) -> dict[str, Any]:
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    contact = _contact(f"vp-{position + 1}", "vertrouwenspersoon", number, chance) | {"name": name}
    maybe = {
        "other_job": {"nl": "hydroloog bij Peilbeheer", "en": "hydrologist at Water Level Control"},
        "response_time": {"nl": f"binnen {chance.randint(1, 4)} dagen", "en": f"within {chance.randint(1, 4)} days"},
        "speaks": chance.sample(["nl", "en", "ar", "tr", "pl", "zh"], chance.randint(1, 3)),
        "about": {"nl": f"Ik ben {name} en denk met je mee.", "en": f"I am {name} and think along with you."},
        "also_for_accused": chance.choice(["yes", "no"]),
        "topics": chance.choice([["omgangsvormen"], ["omgangsvormen", "integriteit"]]),
        "serves": chance.choice([["in_dienst"], ["in_dienst", "uitzend", "stage", "zzp"]]),
    }
    return contact | {key: value for key, value in maybe.items() if chance.random() < 0.5}


def _contact(identifier: str, role: str, number: int, chance: random.Random) -> dict[str, Any]:
    return {
        "id": identifier,
        "roles": [role],
        "name": f"{role.replace('_', ' ').capitalize()} {chance.choice(_LAST)}",
        "kind": chance.choice(["intern", "extern"]),
        "phone": f"06 12{chance.randrange(10**6):06d}",
        "email": f"{identifier}@klant{number}.example",
    }


def _policy(chance: random.Random, roles: set[str]) -> dict[str, Any]:
    policy: dict[str, Any] = {}
    for setting in settings():
        if chance.random() < 0.75:
            *parents, last = setting.path.split(".")
            place = policy
            for parent in parents:
                place = place.setdefault(parent, {})
            place[last] = chance.choice(sorted(roles)) if last == "complaint_contact" else _value(setting, chance)
    return policy


def _value(setting: Setting, chance: random.Random) -> Any:
    if setting.values == ("sample",):
        return SAMPLES[setting.path]
    if setting.listed:
        return chance.sample(setting.values, chance.randint(1, len(setting.values)))
    # Most organisations take the usual road.
    return setting.values[0] if chance.random() < 0.4 else chance.choice(setting.values)


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
