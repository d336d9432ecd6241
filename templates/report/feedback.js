"use strict";
// What is folded on the screen belongs on paper; a link to a line opens what hides it.
const folded = () => document.querySelectorAll("details:not([open])");
addEventListener("beforeprint", () => folded().forEach((each) => { each.open = true; each.dataset.again = ""; }));
addEventListener("afterprint", () => document.querySelectorAll("details[data-again]").forEach((each) => {
  each.open = false;
  delete each.dataset.again;
}));
const reveal = () => {
  const target = document.getElementById(location.hash.slice(1));
  const around = target && target.closest("details");
  if (around) around.open = true;
};
addEventListener("hashchange", reveal);
reveal();
