// Leaving fast: the link works without this script; with it nothing stays on the screen, and Back does not lead here.
(() => {
  "use strict";
  const links = document.querySelectorAll("[data-leave]");
  const PRESSES = 3;
  const PAUSE = 1500;
  let presses = 0;
  let last = 0;

  // A dialog that closes forgets its own words.
  const forget = () => {
    document.querySelectorAll("form").forEach((form) => form.reset());
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  };

  const leave = (event) => {
    event?.preventDefault();
    document.documentElement.classList.add("t-left");
    forget();
    location.replace(links[0].href);
  };

  links.forEach((link) => link.addEventListener("click", leave));

  // Shift three times in a row, left or right. A letter, a click or a pause in between starts the count again, so that
  // nobody leaves by typing capitals.
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    const near = event.timeStamp - last < PAUSE;
    presses = event.key === "Shift" ? (near ? presses + 1 : 1) : 0;
    last = event.timeStamp;
    if (presses === PRESSES) leave();
  });
  addEventListener("pointerdown", () => (presses = 0));

  // The browser may keep a page as it was for the button Back: without answers then, and not covered.
  addEventListener("pagehide", forget);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    forget();
    document.documentElement.classList.remove("t-left");
  });
})();
