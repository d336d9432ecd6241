// A table that is wider than the screen can be scrolled with the keyboard, too.
document$.subscribe(() => setTimeout(() => {
  for (const each of document.querySelectorAll(".md-typeset__scrollwrap")) each.tabIndex = 0;
}));
