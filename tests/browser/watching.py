"""What measures a page in a browser, of any site: requests, console, storage, axe, keyboard, shortcuts, referers."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Route

#: All that a page could store, asked of the browser after it was used.
STORED = """async () => ({
  cookies: document.cookie,
  local: Object.keys(localStorage), session: Object.keys(sessionStorage),
  databases: (await indexedDB.databases()).map((one) => one.name), caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"cookies": "", "local": [], "session": [], "databases": [], "caches": [], "workers": 0}
#: What axe looks for: WCAG 2.0, 2.1 and 2.2, A and AA, and best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Every character that a key can give by itself.
CHARACTERS = string.ascii_letters + string.digits + string.punctuation
#: More stops than any page has: a walk that is longer goes round.
LONGEST = 600


_PRUNE = """(selector) => {
  for (const one of [...document.querySelectorAll(selector)])
    if (one.isConnected && getComputedStyle(one).display === "none") one.remove();
}"""


class Watch:
    """Listens to a page: every request, everything on its console, every violation of its policy."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.requests = 0
        self.outside: list[str] = []
        self.trouble: list[str] = []
        self.host = host
        context.route("**/*", self._request)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (v) => console.error('policy: ' + v.violatedDirective))"
        )
        self.page = context.new_page()
        self.page.on("console", lambda message: self.trouble.append(message.text))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def _request(self, route: Route) -> None:
        self.requests += 1
        if urlsplit(route.request.url).netloc != self.host:
            self.outside.append(route.request.url)
            route.abort()
        else:
            route.continue_()


def referers(requests: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
    """The paths of the requests that told where the reader came from."""
    return [path for path, headers in requests if any(name.lower() == "referer" for name in headers)]


def violations(page: Page, *, without: str = "") -> list[tuple[str, str]]:
    """The rules of axe that the page as it is now breaks, each with the first place.

    ``without`` selects what is taken out first where it is not shown: axe walks through that too, which takes long.
    """
    if without:
        page.evaluate(_PRUNE, without)
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [(one["id"], str(one["nodes"][0]["target"])) for one in found]


#: Finds what a mouse can use. Answers of one group are one stop; a label counts where what it is for can not be used.
_NUMBER = """() => {
  const there = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && one.getBoundingClientRect().width > 0 && one.getBoundingClientRect().height > 0;
  const group = (one) => one.type === "radio" && one.name ? `${one.form?.id}/${one.name}` : null;
  const name = (one) => (one.getAttribute("aria-label") || one.textContent.trim() || one.id || one.outerHTML)
    .replace(/\\s+/g, " ").slice(0, 60);
  const uses = "a[href], button:enabled, summary, input:enabled, select:enabled, textarea:enabled, label[for], " +
    "[role=button], [tabindex]:not([tabindex^='-'])";
  window.watchedThings = [...document.querySelectorAll(uses)].filter(there)
    .filter((one) => !one.matches("label[for]") || !(one.control && there(one.control)));
  window.watchedReached = new Set();
  window.watchedReach = (at) => {
    const key = group(at);
    for (const one of window.watchedThings)
      if (one === at || (key && group(one) === key)) window.watchedReached.add(one);
  };
  window.watchedName = name;
  // From the top, wherever the focus was.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""
_STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  window.watchedReach(at);
  const inView = (box) => box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
    && box.width > 0 && box.height > 0;
  const uncovered = (box) => [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]].some(([x, y]) => {
    const hit = document.elementFromPoint(box.left + x * box.width, box.top + y * box.height);
    return hit && (at.contains(hit) || hit.contains(at) && hit.closest("label"));
  });
  const ringed = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle === "auto" || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      && !/^rgba\\(.*, 0\\)$/.test(style.outlineColor));
  };
  const boxes = [...at.getClientRects()];
  return {
    name: window.watchedName(at),
    classes: String(at.getAttribute("class") || ""),
    faults: [
      !ringed(at) && !(at.closest("label") && ringed(at.closest("label"))) && "no ring",
      !boxes.some(inView) && "off screen",
      boxes.some(inView) && !boxes.some(uncovered) && "covered",
    ].filter(Boolean),
  };
}"""
_MISSED = """() => window.watchedThings.filter((one) => !window.watchedReached.has(one) && one.isConnected)
  .map(window.watchedName)"""


@dataclass
class Walk:
    """Where Tab led from the top of a page to its end; ``classes`` are those of each stop."""

    stops: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def walk(page: Page) -> Walk:
    """Presses Tab until the page ends: the stops without a focus that one sees, and what was never reached."""
    page.evaluate(_NUMBER)
    walked = Walk()
    for _ in range(LONGEST):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None:
            break
        walked.stops.append(stop["name"])
        walked.classes.append(stop["classes"])
        walked.unseen += [f"{stop['name']}: {fault}" for fault in stop["faults"]]
    walked.missed = page.evaluate(_MISSED)
    return walked


_LOOK = "document.body.outerHTML + location + scrollX + ' ' + scrollY + document.activeElement.outerHTML.slice(0, 99)"
_COUNT = """() => {
  window.watchedChanges = 0;
  const watch = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver((changes) => (window.watchedChanges += changes.length)).observe(document, watch);
}"""


def shortcuts(page: Page) -> list[str]:
    """The single characters that do something when nothing is being typed."""
    address = page.url
    before = page.evaluate(_LOOK)
    page.evaluate(_COUNT)
    for key in CHARACTERS:
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    page.wait_for_load_state()
    if page.evaluate("window.watchedChanges") == 0 and page.evaluate(_LOOK) == before:
        return []
    return _each(page, address)


def _each(page: Page, address: str) -> list[str]:
    """As above, one at a time; after one that does something the page is opened anew."""
    page.goto(address)
    before = page.evaluate(_LOOK)
    found = []
    for key in CHARACTERS:
        page.keyboard.press(key)
        page.wait_for_timeout(15)
        page.wait_for_load_state()
        if page.evaluate(_LOOK) != before:
            found.append(key)
            page.goto(address)
            before = page.evaluate(_LOOK)
    return found
