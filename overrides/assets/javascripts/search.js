// The search dialog: opens and closes, and shows what Material's search worker finds in this site's own index.
// Nothing is stored, nothing leaves the page, and without this file only the search is missing.
"use strict";

(() => {
  const dialog = document.getElementById("search");
  const opener = document.querySelector("[data-search-open]");
  if (!dialog || !opener || typeof dialog.showModal !== "function" || !window.Worker) return;

  const { worker: workerPath, index: indexPath, root, language, home, others, none, some, broken } = dialog.dataset;
  const input = dialog.querySelector("input");
  const status = dialog.querySelector("[data-search-status]");
  const results = dialog.querySelector("[data-search-results]");
  // The messages of Material 9's search worker.
  const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3;
  const MOST = 12;
  let worker = null;
  let ready = false;
  let byStem = false;
  let timer = 0;

  const foreign = (location) =>
    !location.startsWith(home) || (!home && others.split(" ").some((language) => language && location.startsWith(language + "/")));

  // The worker marks what it found in HTML that was escaped at build; only its text is used.
  const textOf = (html) => new DOMParser().parseFromString(html, "text/html").body.textContent.replace(/\s+/g, " ").trim();

  const shorten = (text) => (text.length > 140 ? text.slice(0, 140).replace(/\s\S*$/, "") + " …" : text);

  const show = (items) => {
    results.replaceChildren(
      ...items.slice(0, MOST).map((item) => {
        const link = document.createElement("a");
        link.href = root + "/" + item.location;
        link.textContent = textOf(item.title);
        const line = document.createElement("p");
        line.textContent = shorten(textOf(item.text));
        const entry = document.createElement("li");
        entry.append(link, line);
        return entry;
      }),
    );
    status.textContent = input.value.trim() ? (items.length ? `${some} ${Math.min(items.length, MOST)}` : none) : "";
  };

  const fail = () => {
    worker?.terminate();
    worker = null;
    ready = false;
    results.replaceChildren();
    status.textContent = broken;
  };

  // The worker takes a word as the start of one. When nothing starts so, it is asked for the stem ("+"), so that a plural
  // finds the singular.
  const ask = (stems = false) => {
    const words = input.value.trim();
    byStem = stems;
    if (ready) worker.postMessage({ type: QUERY, data: stems ? words.replace(/(^|\s+)(?=\S)/g, " +").trim() : words });
  };

  const start = async () => {
    if (worker) return;
    try {
      worker = new Worker(workerPath);
      worker.onerror = fail;
      worker.onmessage = ({ data }) => {
        if (data.type === READY) {
          ready = true;
          ask();
        } else if (data.type === RESULT) {
          if (!dialog.open) return;
          const items = data.data.items.flat();
          if (items.length || byStem || !input.value.trim()) show(items);
          else ask(true);
        }
      };
      const response = await fetch(indexPath);
      const { config, docs } = await response.json();
      const own = docs.filter((entry) => !foreign(entry.location));
      worker.postMessage({ type: SETUP, data: { config: { ...config, lang: [language] }, docs: own, options: {} } });
    } catch {
      fail();
    }
  };

  opener.hidden = false;
  opener.addEventListener("click", () => {
    dialog.showModal();
    // Not by autofocus: browsers try that when the page opens, and complain when somebody pressed Tab before.
    input.focus();
    start();
  });
  dialog.querySelector("[data-search-close]").addEventListener("click", () => dialog.close());
  results.addEventListener("click", (event) => {
    if (event.target.closest("a")) dialog.close();
  });
  // Words stay only while the dialog is open: someone else may come to this screen.
  dialog.addEventListener("close", () => {
    input.value = "";
    results.replaceChildren();
    status.textContent = "";
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(), 80);
  });
})();
