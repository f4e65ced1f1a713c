// A formula or a printed table wider than the screen scrolls; then it must also scroll from the keyboard.
const reachWide = () => {
  for (const wide of document.querySelectorAll("div.math .formula, .tag_wide-output .cell_output pre")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
};
window.addEventListener("load", reachWide);
window.addEventListener("resize", reachWide);
