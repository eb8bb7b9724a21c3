// What pages do besides, where scripts run. Every task also works without.
"use strict";

// The web app hands a token over behind the #, where no server and no log sees it; it is posted at once.
function enterByFragment() {
  const form = document.getElementById("connexion");
  const token = new URLSearchParams(location.hash.slice(1)).get("jeton");
  if (!form || !token) return;
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.cle.value = token;
  form.submit();
}

// A button that makes something leave is pressed once.
function pressOnce(event) {
  const form = event.target;
  if (form.dataset.pressed) {
    event.preventDefault();
    return;
  }
  form.dataset.pressed = "yes";
  setTimeout(() => delete form.dataset.pressed, 4000);
}

document.documentElement.classList.add("js");

// What was typed is not left behind without a word. (The form may meanwhile be another: a script renews it.)
function keepTyped() {
  let typed = false;
  document.addEventListener("input", (event) => { typed ||= event.target.closest("form[data-typed]") !== null; });
  document.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}

document.addEventListener("DOMContentLoaded", () => {
  keepTyped();
  enterByFragment();
  document.addEventListener("submit", pressOnce);
  const told = document.querySelector("[data-focus]");
  if (told) told.focus();
});
window.addEventListener("hashchange", enterByFragment);
// Of a form that a script sent, the browser itself shows what went wrong.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    if (event.target.tagName === "FORM") event.target.submit();
    if (event.target.tagName === "BUTTON") event.target.form.requestSubmit(event.target);
  });
}
// A file that was chosen is attached: nobody looks for another button.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sent-at-once]")) event.target.form.requestSubmit();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
