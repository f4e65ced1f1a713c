// A table or a formula wider than the screen scrolls; then it must also scroll from the
// keyboard, and say why it can be reached.
const reachWide = () => {
  // First the lines: a formula that is longer than its line is a box that scrolls.
  for (const part of document.querySelectorAll("p span.math, li span.math")) {
    part.classList.remove("wide");
    const line = part.parentElement.closest("p, li");
    part.classList.toggle("wide", line.clientWidth > 0 && part.offsetWidth > line.clientWidth);
  }
  const wide = "span.math.wide, .pst-scrollable-table-container, div.math .formula";
  for (const part of document.querySelectorAll(wide)) {
    if (part.scrollWidth > part.clientWidth) {
      part.tabIndex = 0;
      part.setAttribute("role", "group");
      part.setAttribute("aria-label", "Scrolls sideways");
    } else for (const name of ["tabindex", "role", "aria-label"]) part.removeAttribute(name);
  }
};
window.addEventListener("load", reachWide);
window.addEventListener("resize", reachWide);
// What is folded has no width until it opens.
document.addEventListener("toggle", reachWide, true);
// A place that has moved to another page is followed there.
const followMoved = () => {
  const list = document.getElementById("moved-places");
  const place = decodeURIComponent(location.hash.slice(1));
  if (!list || document.getElementById(place)) return;
  const places = JSON.parse(list.textContent);
  if (Object.hasOwn(places, place)) location.replace(places[place]);
};
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", followMoved);
else followMoved();
window.addEventListener("hashchange", followMoved);
