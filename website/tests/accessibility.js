// What accessibility.py runs inside a page. axe looks at each piece of text by itself, a millisecond
// each, and a chapter has ten thousand: here texts that must have the same contrast form a group, and
// axe is asked about one of each.
window.accessibility = (() => {
  const TEXT = ["color", "font-size", "font-weight", "text-shadow", "-webkit-text-stroke-width"];
  const GROUND = ["background-color", "background-image", "background-clip", "opacity",
    "mix-blend-mode", "filter", "visibility"];
  const ROW = 100; // pixels; the page is cut into rows to find what lies at a point

  const style = (element, names) => {
    const all = getComputedStyle(element);
    return names.map((name) => all.getPropertyValue(name)).join("|");
  };

  // Everything with a background: what text may lie on, or under, without standing in it.
  const findLayers = () => {
    const layers = new Map();
    const rows = new Map();
    for (const element of document.querySelectorAll("*")) {
      const ground = style(element, GROUND);
      if (ground.startsWith("rgba(0, 0, 0, 0)|none|")) continue;
      const box = element.getBoundingClientRect();
      const layer = { element, box, look: ground + style(element, ["position", "z-index"]) };
      layers.set(element, layer);
      for (let row = Math.floor(box.top / ROW); row <= box.bottom / ROW; row += 1) {
        if (!rows.has(row)) rows.set(row, []);
        rows.get(row).push(layer);
      }
    }
    const around = new Map([[null, []]]); // the layers that an element stands in
    const layersAround = (element) => {
      if (!around.has(element)) {
        const own = layers.has(element) ? [layers.get(element)] : [];
        around.set(element, [...own, ...layersAround(element.parentElement)]);
      }
      return around.get(element);
    };
    return { at: (y) => rows.get(Math.floor(y / ROW)) || [], around: layersAround };
  };

  const holds = (box, x, y) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;

  // The layers at a point that the text does not stand in, and those it does that are elsewhere.
  const surprises = (layers, element, x, y) => {
    const around = layers.around(element);
    const strange = layers.at(y).filter((it) => holds(it.box, x, y) && !around.includes(it));
    return [
      ...strange.map((it) => `${it.element.compareDocumentPosition(element) & 4} ${it.look}`),
      ...around.filter((it) => !holds(it.box, x, y)).map((it) => `beside ${it.look}`),
    ];
  };

  // Each element that shows text of its own, with all that decides about its contrast, in words.
  const describeTexts = () => {
    const layers = findLayers();
    const grounds = new Map([[null, ""]]);
    const groundsOf = (element) => {
      if (!grounds.has(element)) {
        grounds.set(element, `${style(element, GROUND)}/${groundsOf(element.parentElement)}`);
      }
      return grounds.get(element);
    };
    const found = new Map();
    const range = document.createRange();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim()) continue;
      range.selectNodeContents(walker.currentNode);
      for (const { left, right, top, bottom, width, height } of range.getClientRects()) {
        if (!width || !height) continue; // not shown
        if (!found.has(element)) {
          found.set(element, new Set([style(element, TEXT) + groundsOf(element)]));
        }
        surprises(layers, element, (left + right) / 2, (top + bottom) / 2)
          .forEach((word) => found.get(element).add(word));
      }
    }
    return found;
  };

  const groupTexts = () => {
    const groups = new Map();
    for (const [element, words] of describeTexts()) {
      const key = [...words].sort().join("\n");
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(element);
    }
    return [...groups.values()];
  };

  // axe passes over text without a letter.
  const letters = (element) => [...element.childNodes]
    .filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => (node.data.match(/[\p{L}\p{N}]/gu) || []).length)
    .reduce((a, b) => a + b, 0);

  let groups = {}; // by theme

  // Group the texts as they look now, and mark one of each group.
  const sample = (theme) => {
    groups[theme] = groupTexts();
    for (const group of groups[theme]) {
      group.reduce((a, b) => (letters(b) > letters(a) ? b : a)).dataset.sample = "";
    }
    return [groups[theme].flat().length, groups[theme].length];
  };

  // Coloured code is thousands of spans: no rule but that of contrast asks about one that has a class
  // and nothing else.
  const flattenCode = () => {
    for (const code of document.querySelectorAll("pre")) {
      for (const span of [...code.querySelectorAll("span")].reverse()) {
        const bare = span.getAttributeNames().every((name) => name === "class");
        if (bare) span.replaceWith(...span.childNodes);
      }
      code.normalize();
    }
  };

  const contrast = async () => (await axe.run(document, {
    runOnly: { type: "rule", values: ["color-contrast"] }, preload: false, elementRef: true,
  }));
  const elementsOf = (rules) => rules.flatMap((rule) => rule.nodes.map((node) => node.element));

  // Where axe could not tell about the one, it is asked about the whole group.
  const allContrasts = async (theme) => {
    const first = await contrast();
    const decided = new Set(elementsOf([...first.passes, ...first.violations]));
    const open = groups[theme].filter((group) => !group.some((element) => decided.has(element)));
    const more = open.flat().filter((element) => element.isConnected && !("sample" in element.dataset));
    more.forEach((element) => { element.dataset.sample = ""; });
    const second = more.length ? await contrast() : first;
    more.forEach((element) => { delete element.dataset.sample; });
    return second.violations;
  };

  const run = async (theme, tags) => {
    axe.configure({ rules: [{ id: "color-contrast", selector: "[data-sample]" }] });
    const others = await axe.run(document, {
      runOnly: tags, preload: false, resultTypes: ["violations"],
      rules: { "color-contrast": { enabled: false } },
    });
    return [...others.violations, ...(await allContrasts(theme))].flatMap((rule) =>
      rule.nodes.slice(0, 5).map((node) =>
        `${rule.id}: ${rule.help}\n  ${node.html.slice(0, 200)}\n  ${node.failureSummary.slice(0, 300)}`));
  };

  return { sample, flattenCode, run };
})();
