"""Instructions for web servers, in each site: what a page may do, and what neither browser nor server should keep.

One policy, two ways to say it: pages carry it in a meta tag, so that it also holds where nobody can configure a server,
and the files here say it in headers, with what a meta tag can not (frames; nothing kept in a cache or found by a search
engine). ``docs/hosting.md`` explains each to who runs the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, unquote
from xml.sax.saxutils import quoteattr

from terecht.addresses import NOT_FOUND

#: Only what comes from the site itself; no forms that send, no plugins (W3C Content Security Policy Level 3; TRUST 9).
_POLICY = MappingProxyType(
    {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
)
#: Nobody shows the site inside another page. In a meta tag this is an error on the console.
_HEADER_ONLY = MappingProxyType({"frame-ancestors": "'none'"})
_UNUSED_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
#: For pages and the search index. Styles and scripts tell nothing of what somebody read, and are kept if asked again.
_KEEP_NOTHING, _ASK_AGAIN = "no-store", "no-cache"
#: Paths within a site that instruct a server.
SERVER_FILES = ("_headers", ".htaccess", "nginx.conf", "web.config")


def _written(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


#: The policy of a page's meta tag.
META_POLICY = _written(_POLICY)


def headers(*, indexable: bool) -> dict[str, str]:
    """The headers of every answer, those about caches left out. ``indexable``: search engines may find this site."""
    sent = {
        "Content-Security-Policy": _written({**_POLICY, **_HEADER_ONLY}),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED_FEATURES),
    }
    return sent if indexable else sent | {"X-Robots-Tag": "noindex, noarchive"}


def server_files(path: str, *, indexable: bool) -> dict[str, bytes]:
    """The files of :data:`SERVER_FILES` for a site that lives at this path of its host, such as ``/hulp/``."""
    sent = headers(indexable=indexable)
    page = f"{unquote(path.rstrip('/'))}/{NOT_FOUND}.html"
    texts = (_static_host(sent), _apache(sent, quote(page)), _nginx(sent, page), _iis(sent))
    return {name: text.encode() for name, text in zip(SERVER_FILES, texts, strict=True)}


def _static_host(sent: Mapping[str, str]) -> str:
    """For hosts that read ``_headers`` (Netlify, Cloudflare Pages and others): one pattern, since theirs differ."""
    lines = [f"  {name}: {value}" for name, value in {**sent, "Cache-Control": _KEEP_NOTHING}.items()]
    return "\n".join(["/*", *lines, ""])


def _apache(sent: Mapping[str, str], not_found: str) -> str:
    """For Apache 2.4 with ``AllowOverride FileInfo``; without mod_headers the meta tag is what is left."""
    lines = [f'  Header always set {name} "{value}"' for name, value in sent.items()]
    return "\n".join(
        [
            f"ErrorDocument 404 {not_found}",
            "<IfModule mod_headers.c>",
            *lines,
            f'  Header always set Cache-Control "{_KEEP_NOTHING}"',
            '  <FilesMatch "\\.(css|js|svg|png|jpe?g|webp)$">',
            f'    Header always set Cache-Control "{_ASK_AGAIN}"',
            "  </FilesMatch>",
            "</IfModule>",
            f'<FilesMatch "^({_as_pattern(SERVER_FILES)})$">',
            "  Require all denied",
            "</FilesMatch>",
            "",
        ]
    )


def _nginx(sent: Mapping[str, str], not_found: str) -> str:
    """For nginx, which reads nothing from a site by itself: to be included in a location."""
    return "\n".join(
        [
            "# In the server block, with the path at which this site lives and its folder on the server:",
            "#   location /PATH/ { alias /FOLDER/; include /FOLDER/nginx.conf; }",
            "access_log off;",
            "log_not_found off;",
            *_nginx_not_found(not_found),
            f'if ($uri ~ "/({_as_pattern(SERVER_FILES)})$") {{ return 404; }}',
            f'set $terecht_cache "{_KEEP_NOTHING}";',
            f'if ($uri ~ "\\.(css|js|svg|png|jpe?g|webp)$") {{ set $terecht_cache "{_ASK_AGAIN}"; }}',
            *(f'add_header {name} "{value}" always;' for name, value in sent.items()),
            "add_header Cache-Control $terecht_cache always;",
            "",
        ]
    )


def _iis(sent: Mapping[str, str]) -> str:
    """For IIS 8 or later."""
    lines = [f"        <add name={quoteattr(name)} value={quoteattr(value)} />" for name, value in sent.items()]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            "<configuration>",
            "  <system.webServer>",
            "    <httpProtocol>",
            "      <customHeaders>",
            '        <remove name="X-Powered-By" />',
            *lines,
            f'        <add name="Cache-Control" value="{_KEEP_NOTHING}" />',
            "      </customHeaders>",
            "    </httpProtocol>",
            '    <httpErrors errorMode="Custom">',
            '      <remove statusCode="404" />',
            f'      <error statusCode="404" path="{NOT_FOUND}.html" responseMode="File" />',
            "    </httpErrors>",
            "    <security>",
            "      <requestFiltering>",
            "        <hiddenSegments>",
            *(f'          <add segment="{name}" />' for name in SERVER_FILES if name != "web.config"),
            "        </hiddenSegments>",
            "      </requestFiltering>",
            "    </security>",
            "  </system.webServer>",
            '  <location path="assets">',
            "    <system.webServer>",
            "      <httpProtocol>",
            "        <customHeaders>",
            '          <remove name="Cache-Control" />',
            f'          <add name="Cache-Control" value="{_ASK_AGAIN}" />',
            "        </customHeaders>",
            "      </httpProtocol>",
            "    </system.webServer>",
            "  </location>",
            "</configuration>",
            "",
        ]
    )


def _nginx_not_found(page: str) -> list[str]:
    """The page for 'not found'; none where its path has a dollar, which can not be written in nginx's language."""
    escaped = page.replace("\\", "\\\\").replace('"', '\\"')
    return [] if "$" in page else [f'error_page 404 "{escaped}";']


def _as_pattern(names: tuple[str, ...]) -> str:
    return "|".join(name.replace(".", r"\.") for name in names)
