"""The kinds of value in an organisation's file: each takes the text as written, checks it, and keeps it as written.

A validator raises :class:`PydanticCustomError` whose type is a code of ``findings.CODES`` and whose context may hold
``help``, the way out. What is derived from a value (a ``tel:`` link, a date to compare) is derived where it is used.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote, unquote, urlsplit

import phonenumbers
from babel.core import get_global, get_locale_identifier, parse_locale
from babel.localedata import locale_identifiers
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from terecht.findings import did_you_mean
from terecht.languages import LANGUAGES

MAX_TEXT: Final = 2_000
#: Characters of the host of an e-mail address that is not all ASCII: each is looked up in tables, which is slow.
MAX_FOREIGN_HOST: Final = 63
#: Characters of the address of a site: with four bytes each it still fits a QR code that may lose a quarter.
MAX_SITE_URL: Final = 400


class WebAddress(str):
    """A checked http or https address. The class travels with the value, so that it only fills slots for addresses."""

    __slots__ = ()


def refuse(code: str, message: str, help_: str = "") -> PydanticCustomError:
    """An error that becomes a finding with this code. Braces in what the user wrote stay as they are."""
    return PydanticCustomError(code, "{message}", {"message": message, "help": help_})


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise refuse("T021", "one text is needed here", "write it on one line, or between quotes")
    return value


def _short(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise refuse("T032", f"{len(value):,} characters; {MAX_TEXT:,} is the most", "move it to an own page")
    return value


def _yes_no(value: Any) -> Any:
    return {"true": "yes", "false": "no"}.get(value, value) if isinstance(value, str) else value


def _whole_number(value: str) -> str:
    if not re.fullmatch(r"[0-9]{1,6}", value):
        raise refuse("T023", f"'{value}' is not a whole number", "write digits only, such as 7")
    return value


def _date(value: str) -> str:
    help_ = "write year-month-day, such as 2026-11-01"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise refuse("T024", f"'{value}' is not a date", help_)
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        raise refuse("T024", f"'{value}' is not a day that exists", help_) from None
    return value


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise refuse("T025", f"'{value}' is not a colour", 'write # and six digits between quotes, such as "#00539f"')
    return value.lower()


def _phone(value: str) -> str:
    try:
        number = phonenumbers.parse(value, "NL")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.extension or not phonenumbers.is_valid_number(number):
        raise refuse(
            "T026",
            f"'{value}' is not a phone number",
            "count the digits; outside the Netherlands start with +",
        )
    return value


def _internal_number(value: str) -> str:
    if not re.fullmatch(r"(?=.*[0-9])[0-9+*# -]{2,20}", value):
        raise refuse("T026", f"'{value}' is not a number that one can dial", "write digits only")
    return value


def _email(value: str) -> str:
    _, _, host = value.rpartition("@")
    if not host.isascii() and len(host) > MAX_FOREIGN_HOST:
        message = f"'{value}' is not an e-mail address"
        raise refuse("T027", message, f"{MAX_FOREIGN_HOST} characters is the most behind its @")
    try:
        validate_email(value, check_deliverability=False, allow_display_name=False)
    except EmailNotValidError as error:
        reason, _, _ = str(error).rstrip(".").partition(". ")
        raise refuse("T027", f"'{value}' is not an e-mail address", reason[:1].lower() + reason[1:]) from None
    return value


def _url(value: str) -> WebAddress:
    help_ = "write the whole address, starting with https://"
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        parts.port  # noqa: B018  raises for a port that is none
    except ValueError:
        raise refuse("T028", f"'{value}' is not a web address", help_) from None
    if parts.scheme.lower() not in {"https", "http"}:
        raise refuse("T028", f"'{value}' does not start with https:// or http://", help_)
    if not re.fullmatch(r"[\w.-]+|[0-9a-fA-F:]+", host) or re.search(r"[\s<>\"'`\\]", value):
        raise refuse("T028", f"'{value}' is not a web address", help_)
    if parts.username is not None or parts.password is not None:
        raise refuse("T028", "this address holds a name or a password", "leave out what stands before the @")
    return WebAddress(value)


def is_web_address(value: str) -> bool:
    """Whether this is a whole http or https address."""
    try:
        _url(value)
    except PydanticCustomError:
        return False
    return True


def _site_url(value: str) -> WebAddress:
    address = _url(value)
    if len(address) > MAX_SITE_URL:
        message = f"{len(address):,} characters; {MAX_SITE_URL} is the most"
        raise refuse("T032", message, "readers scan this address with a phone")
    if urlsplit(address).query or urlsplit(address).fragment:
        raise refuse("T028", f"'{value}' is more than the place of a site", "leave out what starts with '?' or '#'")
    if {".", ".."} & set(unquote(urlsplit(address).path).split("/")):
        raise refuse("T028", f"'{value}' goes up and down in its path", "write the path without '.' and '..'")
    return address


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) or len(value) > 40:  # noqa: PLR2004
        raise refuse("T030", f"'{value}' is not an id", "use small letters, digits and '-', such as 'de-vries'")
    return value


def _file_name(value: str) -> str:
    if "/" in value or "\\" in value or value.startswith(".") or not value.isprintable():
        raise refuse("T051", f"'{value}' is not a file in this folder", "put the file beside organisation.yml")
    return value


def _site_language(value: str) -> str:
    if value not in LANGUAGES:
        raise refuse("T029", f"the site does not exist in '{value}'", f"possible: {', '.join(LANGUAGES)}")
    return value


def _spoken_language(value: str) -> str:
    if not _is_language(value):
        raise refuse("T029", f"'{value}' is not the code of a language", "write a code such as nl, en, ar or pl")
    return value


def _is_language(code: str) -> bool:
    """Whether babel can name this language, as ``Locale.parse`` finds it: zh-TW, for one, is meant as zh-Hant-TW.

    That takes long for what it does not find, and a file may hold thousands.
    """
    try:
        language, country, *more = parse_locale(code, sep="-")
    except ValueError:
        return False
    possible: list[Any] = [(language, country, *more)]
    language = get_global("language_aliases").get(language, language)
    country = get_global("territory_aliases").get(country or "", (country,))[0]
    likely = get_global("likely_subtags")
    if meant := likely.get(get_locale_identifier((language, country, *more))):
        possible += [parse_locale(meant), parse_locale(meant)[:2]]
    if meant := likely.get(language):
        meant_language, _, script, *_ = parse_locale(meant)
        possible += [(meant_language, country, script), (meant_language, country)]
    return not _locales().isdisjoint(map(get_locale_identifier, possible))


@cache
def _locales() -> frozenset[str]:
    return frozenset(locale_identifiers())


Plain = Annotated[str, BeforeValidator(_string), AfterValidator(_short)]
YesNo = Annotated[Literal["yes", "no"], BeforeValidator(_yes_no)]
_PATTERN_DATE = Field(json_schema_extra={"format": "date"})
WholeNumber = Annotated[str, BeforeValidator(_string), AfterValidator(_whole_number)]
Date = Annotated[str, BeforeValidator(_string), AfterValidator(_date), _PATTERN_DATE]
Colour = Annotated[
    str,
    BeforeValidator(_string),
    AfterValidator(_colour),
    Field(json_schema_extra={"pattern": "^#[0-9a-fA-F]{6}$"}),
]
Phone = Annotated[str, BeforeValidator(_string), AfterValidator(_phone)]
InternalNumber = Annotated[str, BeforeValidator(_string), AfterValidator(_internal_number)]
Email = Annotated[str, BeforeValidator(_string), AfterValidator(_email), Field(json_schema_extra={"format": "email"})]
Url = Annotated[str, BeforeValidator(_string), AfterValidator(_url), Field(json_schema_extra={"format": "uri"})]
Identifier = Annotated[
    str,
    BeforeValidator(_string),
    AfterValidator(_identifier),
    Field(json_schema_extra={"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}),
]
SiteUrl = Annotated[
    str, BeforeValidator(_string), AfterValidator(_site_url), Field(json_schema_extra={"format": "uri"})
]
FileName = Annotated[str, BeforeValidator(_string), AfterValidator(_file_name)]
SiteLanguage = Annotated[
    str,
    BeforeValidator(_string),
    AfterValidator(_site_language),
    Field(json_schema_extra={"enum": list(LANGUAGES)}),
]
SpokenLanguage = Annotated[str, BeforeValidator(_string), AfterValidator(_spoken_language)]


@dataclass(frozen=True)
class Text:
    """A text that a reader sees: one for all languages, or one a language.

    >>> Text({"nl": "hallo", "en": "hello"}).in_language("en")
    'hello'
    """

    by_language: Mapping[str, str]
    everywhere: str | None = None

    def in_language(self, language: str) -> str:
        """The text in this language. Loading has made sure that each language of the site has one."""
        return self.everywhere if self.everywhere is not None else self.by_language[language]

    def lacks(self, languages: tuple[str, ...]) -> tuple[str, ...]:
        """Those of ``languages`` in which the text is missing."""
        if self.everywhere is not None:
            return ()
        return tuple(language for language in languages if language not in self.by_language)

    @classmethod
    def parse(cls, value: Any) -> Text:
        """A text from what stands in the file: a text, or a mapping from language to text."""
        if isinstance(value, str):
            return cls(MappingProxyType({}), _short(value))
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise refuse("T021", "a text is needed here, or one for each language", "write {nl: …, en: …}")
        for language in value:
            if language not in LANGUAGES:
                raise refuse("T029", f"the site does not exist in '{language}'", did_you_mean(language, LANGUAGES))
        return cls(MappingProxyType({language: _short(text) for language, text in value.items()}))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tells pydantic to use :meth:`parse`."""
        return core_schema.no_info_plain_validator_function(cls.parse)

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A text, or an object with a text a language."""
        texts = {language: {"type": "string"} for language in LANGUAGES}
        by_language = {
            "type": "object",
            "properties": texts,
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {"anyOf": [{"type": "string"}, by_language]}


def mail_link(address: str) -> str:
    """The ``mailto:`` address of an e-mail address, in which nothing can be a header (RFC 6068).

    >>> mail_link("jip?bcc=kim@voorbeeld.example")
    'mailto:jip%3Fbcc%3Dkim@voorbeeld.example'
    """
    return f"mailto:{quote(address, safe='@+')}"


def phone_link(number: str) -> str:
    """The ``tel:`` address of a number as written (RFC 3966, without the visual separators).

    >>> phone_link("06 12345670")
    'tel:+31612345670'
    """
    parsed = phonenumbers.parse(number, "NL")
    return f"tel:{phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)}"
