(function () {
  "use strict";

  // Numbers and texts: the same, by the same names, as in texts.py and in the modules of a kind.

  function add(numbers) {
    return numbers.reduce(function (sum, number) { return sum + number; }, 0);
  }

  function softmax(scores) {
    const top = Math.max.apply(null, scores);
    const grown = scores.map(function (score) { return Math.exp(score - top); });
    const total = add(grown);
    return grown.map(function (number) { return number / total; });
  }

  function display(number) {
    const size = (Math.abs(number) + 1e-9).toFixed(2); // see texts.py
    return number < 0 && size !== "0.00" ? "\u2212" + size : size;
  }

  function displayPair(pair) {
    return "(" + display(pair[0]) + ", " + display(pair[1]) + ")";
  }

  function numbered(texts, key, numbers) {
    numbers.forEach(function (number, i) { texts[key + "-" + i] = display(number); });
  }

  function largest(weights, labels) {
    const top = display(Math.max.apply(null, weights));
    const owners = labels.filter(function (label, i) { return display(weights[i]) === top; });
    return { top: top, owners: owners };
  }

  // Fills the templates that the figure brings; what a reader has written is put in once, as it is.
  function sayer(templates) {
    function say(key, values) {
      return templates[key].replace(/\{(\w+)\}/g, function (place, name) { return values[name]; });
    }
    say.listed = function (words) { return words.join(templates.and); };
    say.quoted = function (positions, words) {
      return say.listed(positions.map(function (j) { return say("quoted", { word: words[j] }); }));
    };
    return say;
  }

  // The page.

  const BAR = 320; // px of a weight of 1, as in drawing.py

  function set(root, selector, attributes) {
    root.querySelectorAll(selector).forEach(function (element) {
      Object.keys(attributes).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    });
  }

  function make(parent, tag, attributes, text) {
    const element = parent.ownerDocument.createElement(tag);
    Object.keys(attributes).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    element.textContent = text || "";
    return parent.appendChild(element);
  }

  function layOver(control, shape) { // in percent: it grows with the drawing
    const view = shape.ownerSVGElement.viewBox.baseVal;
    [["left", "x", "width"], ["top", "y", "height"], ["width", "width", "width"],
      ["height", "height", "height"]].forEach(function (side) {
      control.style[side[0]] = 100 * shape.getAttribute(side[1]) / view[side[2]] + "%";
    });
  }

  // The kind.

  // A figure that stands on the page twice gets ids of its own: radio buttons go together by name.
  function nameApart(root) {
    const id = root.id;
    let copy = 2;
    if (document.querySelectorAll('[id="' + id + '"]').length < 2) { return; }
    while (document.getElementById(id + "-" + copy)) { copy += 1; }
    [root].concat(Array.from(root.querySelectorAll("[id], [aria-labelledby]"))).forEach(function (e) {
      ["id", "aria-labelledby"].forEach(function (key) {
        const old = e.getAttribute(key);
        if (old) { e.setAttribute(key, old.split(id).join(id + "-" + copy)); }
      });
    });
  }

  function start(root) {
    root.dataset.live = "true";
    set(root, ".pa-run", { hidden: "hidden" });
    nameApart(root);
    const first = JSON.parse(root.dataset.inputs), sliders = KIND.sliders ? KIND.sliders(first) : [];
    const say = sayer(JSON.parse(root.dataset.sentences)), bar = first.bar || BAR;
    const controls = root.querySelector(".pa-controls");
    let now = JSON.parse(root.dataset.inputs), announcement = 0;

    function show() {
      const found = KIND.compute(now), texts = KIND.texts(found, now, say);
      root.dataset.state = JSON.stringify(found); // full precision, for tests and for the curious
      root.querySelectorAll("[data-out]").forEach(function (element) {
        const text = texts[element.dataset.out];
        if (text !== undefined && !element.hasAttribute("aria-live")) { element.textContent = text; }
      });
      clearTimeout(announcement); // a screen reader hears where the reader stops, not each step
      announcement = setTimeout(function () {
        const live = root.querySelector("[aria-live]");
        if (live.textContent !== texts.summary) { live.textContent = texts.summary; }
      }, 250);
      found.weights.forEach(function (weight, i) {
        set(root, '[data-bar="' + i + '"]', { width: (bar * weight).toFixed(2) });
      });
      sliders.forEach(function (slider) {
        slider.input.value = slider.read(now);
        slider.input.setAttribute("aria-valuetext", slider.text(now));
        slider.output.textContent = slider.text(now);
      });
      if (KIND.draw) { KIND.draw(root, now, found); }
    }

    if (KIND.hint) { make(controls, "p", { "class": "pa-hint" }, KIND.hint); }
    sliders.forEach(function (slider, i) {
      const row = make(controls, "div", { "class": "pa-slider" }), id = root.id + "-slider-" + i;
      make(row, "label", { "for": id }, slider.label);
      slider.output = make(row, "span", { "class": "pa-number", "aria-hidden": "true" });
      slider.input = make(row, "input", {
        type: "range", id: id, min: slider.min, max: slider.max, step: slider.step,
      });
      slider.input.addEventListener("input", function () {
        slider.write(now, Number(slider.input.value));
        show();
      });
    });
    if (KIND.begin) { // controls of its own: they change `now` and ask for a new picture
      KIND.begin(root, controls, first, function (change) { change(now); show(); });
    }
    if (KIND.reset !== false) {
      make(controls, "button", { type: "button" }, "Reset").addEventListener("click", function () {
        now = JSON.parse(root.dataset.inputs);
        show();
      });
    }
    show();
  }

  // A script starts the figure that it stands in. A program that moves it elsewhere lets it look
  // around. It leaves alone what another script has started, other kinds, and what has lost its data.
  const script = document.currentScript, own = script && script.closest(".pa-explorable");
  const figures = own ? [own] : Array.from(document.querySelectorAll(".pa-explorable"));
  figures.filter(function (root) {
    const data = root.dataset;
    return data.kind === KIND.name && !data.live && data.inputs && data.sentences &&
      root.querySelector(".pa-controls");
  }).forEach(start);
})();
