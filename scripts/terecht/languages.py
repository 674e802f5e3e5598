"""The languages that a site can have."""

from types import MappingProxyType
from typing import Final

#: Their own names and directions, the language first in which pages are written. A new one needs docs/<code>/ as well.
LANGUAGES: Final = MappingProxyType({"nl": ("Nederlands", "ltr"), "en": ("English", "ltr")})
