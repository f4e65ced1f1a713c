// A formula wider than the screen scrolls; then it must also scroll from the keyboard.
const reachFormulas = () => {
  for (const formula of document.querySelectorAll("div.math .formula")) {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  }
};
window.addEventListener("load", reachFormulas);
window.addEventListener("resize", reachFormulas);
