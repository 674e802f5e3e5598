"""The organisation: every fact that a site can show, as frozen values.

The keys are the contract with the people who write ``organisations/<id>/organisation.yml``; none is ever renamed. What
is optional and absent is ``None`` or empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from terecht.load.values import (
    Colour,
    Date,
    Email,
    FileName,
    Identifier,
    InternalNumber,
    Phone,
    Plain,
    SiteLanguage,
    SiteUrl,
    SpokenLanguage,
    Text,
    Url,
    WholeNumber,
    YesNo,
    refuse,
)

Role = Literal[
    "vertrouwenspersoon",
    "mediator",
    "klachtencommissie",
    "meldpunt",
    "hr",
    "bedrijfsarts",
    "bedrijfsmaatschappelijk_werk",
    "ombudsfunctionaris",
    "ondernemingsraad",
    "preventiemedewerker",
    "directie",
    "toezichthouder",
    "bedrijfshulpverlening",
    "geschillencommissie",
    "privacy",
    "vakbond",
]
ROLES: tuple[str, ...] = get_args(Role)

#: The answers of the flow's question `werkrelatie`: how someone works here.
Relation = Literal["in_dienst", "uitzend", "zzp", "stage", "vrijwilliger", "oud_medewerker", "sollicitant"]
Topic = Literal["omgangsvormen", "integriteit"]
Sector = Literal[
    "algemeen",
    "cultuur_media",
    "sport",
    "onderwijs",
    "zorg",
    "decentrale_overheid",
    "rijk",
    "politie",
    "kerk",
]
Scope = Literal["yes", "refer_on", "no"]


class Facts(BaseModel):
    """What all parts of an organisation share: frozen, and no key that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


T = TypeVar("T")


def _some(values: tuple[T, ...]) -> tuple[T, ...]:
    if not values:
        raise refuse("T020", "the list is empty", "name at least one")
    return values


def _once(values: tuple[T, ...]) -> tuple[T, ...]:
    for position, value in enumerate(values):
        if value in values[:position]:
            raise refuse("T010", f"'{value}' stands here twice", "delete one")
    return values


Languages = Annotated[tuple[SiteLanguage, ...], AfterValidator(_some), AfterValidator(_once)]


class Brand(Facts):
    """The look: one colour, an accent, a logo beside the file. Shades are derived (see ``brand``)."""

    colour: Colour = "#3f51b5"
    accent: Colour | None = None
    logo: FileName | None = None
    logo_alt: Text | None = None


class Review(Facts):
    """Who last checked the facts, and when it is due again."""

    date: Date | None = None
    by: Text | None = None
    next: Date | None = None


class Absence(Facts):
    """A period in which a contact is away, both days included."""

    from_: Annotated[Date, Field(alias="from")]
    to: Date
    replaced_by: Identifier | None = None


class Contact(Facts):
    """A person or a desk that a reader can turn to."""

    id: Identifier
    roles: Annotated[tuple[Role, ...], AfterValidator(_some), AfterValidator(_once)]
    name: Plain
    kind: Literal["intern", "extern"] | None = None
    organisation: Text | None = None
    other_job: Text | None = None
    phone: Phone | None = None
    phone_note: Text | None = None
    text_phone: Phone | None = None
    email: Email | None = None
    mailbox_readers: Text | None = None
    url: Url | None = None
    address: Text | None = None
    hours: Text | None = None
    response_time: Text | None = None
    speaks: Annotated[tuple[SpokenLanguage, ...], AfterValidator(_once)] = ()
    place: Text | None = None
    about: Text | None = None
    photo: FileName | None = None
    photo_alt: Text | None = None
    lvv_register: Plain | None = None
    mfn_register: Plain | None = None
    certified_until: Date | None = None
    serves: Annotated[tuple[Relation, ...], AfterValidator(_once)] | None = None
    serves_where: Text | None = None
    topics: Annotated[tuple[Topic, ...], AfterValidator(_once)] | None = None
    also_for_accused: YesNo | None = None
    absent: tuple[Absence, ...] = ()

    @property
    def reachable(self) -> bool:
        """Whether there is any way to get in touch (contract: phone, email, address or url)."""
        return any((self.phone, self.email, self.address, self.url))


class ScopePolicy(Facts):
    """P-01: for what the vertrouwenspersoon is, beside ongewenst gedrag."""

    integriteit: Scope | None = None
    conflict: Scope | None = None
    werkdruk: Scope | None = None
    prive: Scope | None = None
    reorganisatie: Scope | None = None


class AnonymityPolicy(Facts):
    """P-08: where one can stay unknown."""

    talk: Literal["yes", "no", "ask"] | None = None
    report: Literal["yes", "no", "ask"] | None = None
    complaint: Literal["yes", "no", "ask"] | None = None


class MediationPolicy(Facts):
    """P-10: how mediation goes here."""

    after_misconduct: Literal["only_on_wish", "no"] | None = None
    paid_by: Literal["employer", "shared"] | None = None
    requested_by: Literal["anyone", "manager_or_hr"] | None = None
    mfn_required: YesNo | None = None


class ComplaintPolicy(Facts):
    """P-11: who can complain, and the terms."""

    who: Annotated[tuple[Relation, ...], AfterValidator(_once)] | None = None
    term: Text | None = None
    term_former_employee: Text | None = None
    internal_first: YesNo | None = None
    acknowledged_days: WholeNumber | None = None
    handled_weeks: WholeNumber | None = None


class RecordsPolicy(Facts):
    """P-12: what is written down, where, and for how long."""

    kept_by: Literal["vertrouwenspersoon", "secured_system"] | None = None
    destroyed: Text | None = None
    employer_sees: Literal["aantallen", "niets"] | None = None
    small_number_threshold: WholeNumber | None = None


class VisitPolicy(Facts):
    """P-14: visiting the vertrouwenspersoon during work."""

    in_work_time: YesNo | None = None
    no_permission_needed: YesNo | None = None


class EmergencyPolicy(Facts):
    """P-19: the organisation's own number beside 112."""

    internal: InternalNumber | None = None


ConfidentialityException = Literal[
    "wettelijke_aangifteplicht", "acuut_gevaar", "gewetensnood", "ambtenaar_162", "minderjarigen"
]


class Policy(Facts):
    """What the organisation has decided (DOMAIN 5.3). Unset is never guessed: the text then promises less."""

    scope: ScopePolicy = ScopePolicy()
    third_party_contact: (
        Literal["none", "support_present_with_consent", "may_relay_with_consent", "may_mediate_informally"] | None
    ) = None
    stance: Literal["naast_de_melder", "onafhankelijk_zonder_oordeel"] | None = None
    confidentiality_exceptions: Annotated[tuple[ConfidentialityException, ...], AfterValidator(_once)] | None = None
    melder_hears_first: YesNo | None = None
    accused_support: Literal["andere_vp", "externe_vp", "hr_casemanager", "geen"] | None = None
    serves: Annotated[tuple[Relation, ...], AfterValidator(_once)] | None = None
    is_meldpunt: Literal["no", "doorgeefluik", "yes"] | None = None
    anonymity: AnonymityPolicy = AnonymityPolicy()
    informal_first: Literal["offered", "recommended", "not_used"] | None = None
    mediation: MediationPolicy = MediationPolicy()
    complaint: ComplaintPolicy = ComplaintPolicy()
    records: RecordsPolicy = RecordsPolicy()
    complaint_contact: Role | None = None
    vp_mediator_alignment: Literal["none", "anonymised_trends"] | None = None
    visit: VisitPolicy = VisitPolicy()
    show_national_helplines: YesNo = "yes"
    emergency: EmergencyPolicy = EmergencyPolicy()


class Document(Facts):
    """One of the organisation's own rules."""

    kind: Literal[
        "gedragscode",
        "klachtenregeling",
        "klokkenluidersregeling",
        "agressieprotocol",
        "verzuimbeleid",
        "privacyverklaring",
        "overig",
    ]
    title: Text
    url: Url
    date: Date | None = None


class Organisation(Facts):
    """Everything that ``organisation.yml`` says. ``schema`` is the version of these keys."""

    schema_: Annotated[Literal["1"], Field(alias="schema")]
    name: Plain
    short_name: Plain | None = None
    languages: Languages
    url: SiteUrl | None = None
    sector: Annotated[tuple[Sector, ...], AfterValidator(_once)] = ()
    public_body: YesNo | None = None
    size: Literal["<10", "10-49", "50+"] | None = None
    country: Plain = "NL"
    meldregeling: YesNo | None = None
    indexable: YesNo = "no"
    brand: Brand = Brand()
    exit_url: Annotated[Url, Field(validate_default=True)] = "https://www.knmi.nl/"
    discreet: YesNo = "yes"
    review: Review = Review()
    contacts: Annotated[tuple[Contact, ...], AfterValidator(_some)]
    policy: Policy = Policy()
    documents: tuple[Document, ...] = ()

    @property
    def title(self) -> str:
        """The name for the header and the tab."""
        return self.short_name or self.name

    @property
    def default_language(self) -> str:
        """The language at the root of the site: the first one named."""
        return self.languages[0]

    def with_role(self, role: str) -> tuple[Contact, ...]:
        """The contacts with this role or in this group (:data:`GROUPS`), in the order of the file."""
        if role in GROUPS:
            return GROUPS[role](self)
        return self.by_role.get(role, ())

    @cached_property
    def by_role(self) -> Mapping[str, tuple[Contact, ...]]:
        """The contacts of each role that there is."""
        roles = dict.fromkeys(role for contact in self.contacts for role in contact.roles)
        return {role: tuple(contact for contact in self.contacts if role in contact.roles) for role in roles}


def _advisers(belongs: Callable[[Contact], bool]) -> Callable[[Organisation], tuple[Contact, ...]]:
    return lambda organisation: tuple(filter(belongs, organisation.with_role("vertrouwenspersoon")))


#: Groups of contacts that a page can ask for as if each were a role of its own.
GROUPS: Mapping[str, Callable[[Organisation], tuple[Contact, ...]]] = MappingProxyType(
    {
        "vertrouwenspersoon_extern": _advisers(lambda contact: contact.kind == "extern"),
        "vertrouwenspersoon_beklaagde": _advisers(lambda contact: contact.also_for_accused == "yes"),
        "vertrouwenspersoon_integriteit": _advisers(
            lambda contact: contact.topics is None or "integriteit" in contact.topics
        ),
        "complaint_contact": lambda organisation: organisation.with_role(organisation.policy.complaint_contact or ""),
    }
)
