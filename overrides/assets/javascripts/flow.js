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

  // What the stylesheet leaves standing, asked while this script hides nothing.
  const asked = () => {
    form.classList.remove("t-flow--steps");
    const standing = questions.filter((question) => question.getClientRects().length);
    form.classList.add("t-flow--steps");
    return standing;
  };

  const chosen = (question) =>
    [...question.querySelectorAll(":checked")]
      .filter((input) => input.closest("label").getClientRects().length)
      .map((input) => input.closest("label").textContent.trim());

  const summarise = (standing) => {
    form.classList.remove("t-flow--steps");
    const lines = standing
      .filter((question) => question !== current)
      .map((question) => [question, chosen(question)])
      .filter(([, answers]) => answers.length);
    form.classList.add("t-flow--steps");
    list.replaceChildren(
      ...lines.map(([question, answers]) => {
        const line = document.createElement("li");
        const change = document.createElement("button");
        change.type = "button";
        change.className = "t-change";
        change.append(`${summary.dataset.change}: ${heading(question).textContent}`);
        change.addEventListener("click", () => go(question));
        line.append(`${answers.join("; ")} `, change);
        return line;
      }),
    );
    summary.hidden = !lines.length;
  };

  const draw = () => {
    const standing = asked();
    if (current && !standing.includes(current)) current = standing.at(-1);
    questions.forEach((question) => question.classList.toggle("t-question--now", question === current));
    form.classList.toggle("t-flow--done", !current);
    const place = standing.indexOf(current);
    previous.hidden = place === 0;
    next.hidden = !current || place === standing.length - 1;
    show.hidden = !current || place < standing.length - 1;
    summarise(standing);
    return standing;
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
    const standing = asked();
    const place = current ? standing.indexOf(current) : standing.length;
    go(standing[place + by]);
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
