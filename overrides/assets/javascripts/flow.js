// Comfort in the flow: one question at a time. Which questions apply, and what they lead to, is up to the stylesheet.
(() => {
  "use strict";
  const form = document.getElementById("flow");
  const questions = [...form.querySelectorAll("[data-question]")].filter((question) => !question.closest(".t-after"));
  const outcome = document.getElementById("advies");
  const summary = form.querySelector("[data-summary]");
  const list = summary.querySelector("ul");
  const steps = form.querySelector("[data-steps]");
  const [previous, next, show] = ["previous", "next", "show"].map((name) => steps.querySelector(`[data-${name}]`));
  let current = questions[0];

  const heading = (part) => part.querySelector("h2, h3");

  // Which of these the stylesheet leaves standing, looked at while this script hides nothing.
  const standing = (parts) => {
    form.classList.remove("t-flow--steps");
    const found = parts.filter((part) => part.getClientRects().length);
    form.classList.add("t-flow--steps");
    return found;
  };

  const summarise = (asked) => {
    const chosen = standing([...form.querySelectorAll(":checked")].map((input) => input.closest("label")));
    const lines = asked
      .filter((question) => question !== current)
      .map((question) => [question, chosen.filter((label) => question.contains(label))])
      .filter(([, labels]) => labels.length);
    list.replaceChildren(
      ...lines.map(([question, labels]) => {
        const line = document.createElement("li");
        const change = document.createElement("button");
        change.type = "button";
        change.className = "t-change";
        change.append(`${summary.dataset.change}: ${heading(question).textContent}`);
        change.addEventListener("click", () => go(question));
        line.append(`${labels.map((label) => label.textContent.trim()).join("; ")} `, change);
        return line;
      }),
    );
    summary.hidden = !lines.length;
  };

  const draw = () => {
    const asked = standing(questions);
    if (current && !asked.includes(current)) current = asked.at(-1);
    questions.forEach((question) => question.classList.toggle("t-question--now", question === current));
    form.classList.toggle("t-flow--done", !current);
    const place = asked.indexOf(current);
    previous.hidden = place === 0;
    next.hidden = !current || place === asked.length - 1;
    show.hidden = !current || place < asked.length - 1;
    summarise(asked);
  };

  const go = (question) => {
    current = question;
    draw();
    const target = heading(question ?? outcome);
    target.tabIndex = -1;
    target.focus();
    target.scrollIntoView({ block: "start" });
  };

  const move = (by) => {
    const asked = standing(questions);
    const place = current ? asked.indexOf(current) : asked.length;
    go(asked[place + by]);
  };

  previous.addEventListener("click", () => move(-1));
  next.addEventListener("click", () => move(1));
  show.addEventListener("click", () => go(undefined));
  form.querySelector("[data-print]").addEventListener("click", () => print());
  form.addEventListener("change", draw);
  // A reset comes before the answers are gone.
  form.addEventListener("reset", () =>
    setTimeout(() => {
      form.querySelectorAll("details[open]").forEach((fold) => fold.removeAttribute("open"));
      go(questions[0]);
    }),
  );

  // The browser writes down where a page was scrolled to, and so which advice was read.
  addEventListener("pagehide", () => scrollTo(0, 0));

  form.querySelectorAll("[data-script]").forEach((part) => part.removeAttribute("hidden"));
  draw();
})();
