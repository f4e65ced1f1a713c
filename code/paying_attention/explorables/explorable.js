(function () {
  "use strict";

  // Numbers: the same formulas, by the same names, as in the Python modules of this folder.

  function add(numbers) {
    return numbers.reduce(function (sum, number) { return sum + number; }, 0);
  }

  function dot(a, b) {
    return a[0] * b[0] + a[1] * b[1];
  }

  function softmax(scores) {
    const top = Math.max.apply(null, scores);
    const grown = scores.map(function (score) { return Math.exp(score - top); });
    const total = add(grown);
    return grown.map(function (number) { return number / total; });
  }

  function softmaxState(inputs) {
    const scaled = inputs.scores.map(function (score) { return score / inputs.temperature; });
    const weights = softmax(scaled);
    return {
      scores: inputs.scores, temperature: inputs.temperature, scaled: scaled,
      weights: weights, total: add(weights), factor: Math.exp(1 / inputs.temperature),
    };
  }

  function attentionState(inputs) {
    const scores = inputs.annotations.map(function (key) { return dot(key, inputs.state); });
    const weights = softmax(scores);
    const context = [0, 1].map(function (axis) {
      return add(inputs.annotations.map(function (key, i) { return weights[i] * key[axis]; }));
    });
    return {
      state: inputs.state, scores: scores, weights: weights, total: add(weights), context: context,
    };
  }

  function rowState(inputs) {
    const weights = inputs.weights[inputs.row], gold = inputs.gold && inputs.gold[inputs.row];
    const top = display(Math.max.apply(null, weights)), most = [];
    weights.forEach(function (weight, j) {
      if (display(weight) === top && top !== "0.00") { most.push(j); } // a tie stays a tie
    });
    const hits = most.filter(function (j) { return gold && gold.includes(j); }).length;
    const judged = hits === 0 ? "no" : hits === most.length ? "yes" : "in part";
    return {
      row: inputs.row, weights: weights, most: most, gold: gold,
      agrees: gold && gold.length ? judged : "",
    };
  }

  // Texts: what the numbers read as.

  function display(number) {
    const size = (Math.abs(number) + 1e-9).toFixed(2); // see explorable.py
    return number < 0 && size !== "0.00" ? "\u2212" + size : size;
  }

  function displayPair(pair) {
    return "(" + display(pair[0]) + ", " + display(pair[1]) + ")";
  }

  function largest(weights, labels) {
    const top = display(Math.max.apply(null, weights));
    const owners = labels.filter(function (label, i) { return display(weights[i]) === top; });
    return [top, owners.join(" and ")];
  }

  function numbered(texts, key, numbers) {
    numbers.forEach(function (number, i) { texts[key + "-" + i] = display(number); });
  }

  function softmaxTexts(found, labels) {
    const top = largest(found.weights, labels);
    const texts = {
      total: display(found.total),
      summary: "At temperature " + display(found.temperature) + " the largest weight, " + top[0] +
        ", goes to " + top[1] + ". A gap of 1 between two scores means " +
        display(found.factor) + " times the weight.",
    };
    numbered(texts, "score", found.scores);
    numbered(texts, "scaled", found.scaled);
    numbered(texts, "weight", found.weights);
    return texts;
  }

  function attentionTexts(found, labels) {
    const top = largest(found.weights, labels);
    const texts = {
      context: displayPair(found.context),
      total: display(found.total),
      summary: "The state " + displayPair(found.state) + " gives its largest weight, " + top[0] +
        ", to " + top[1] + ". The context is " + displayPair(found.context) + ".",
    };
    numbered(texts, "score", found.scores);
    numbered(texts, "weight", found.weights);
    return texts;
  }

  function quoted(positions, words) {
    return positions.map(function (j) { return "\u201c" + words[j] + "\u201d"; }).join(" and ");
  }

  function goldText(found, source) {
    if (!found.gold) { return ""; }
    if (!found.gold.length) { return "; it has no gold link"; }
    const words = quoted(found.gold, source), single = found.gold.length === 1;
    if (found.agrees === "yes") {
      return single ? "; the gold link agrees" : "; the gold links, " + words + ", agree";
    }
    return "; the gold link" + (single ? " is " : "s are ") + words +
      (found.agrees === "in part" ? ", so it agrees in part" : "");
  }

  function rowTexts(found, labels, inputs) {
    const top = display(Math.max.apply(null, found.weights)), many = found.most.length;
    let looks = "most at " + quoted(found.most, inputs.source) + ", " + top + (many > 1 ? " each" : "");
    if (many === 0) { looks = "at no word: every weight reads 0.00"; }
    if (many > 3) { looks = "most at " + many + " words, " + top + " each"; }
    const texts = {
      summary: quoted([found.row], inputs.target) + " looks " + looks +
        goldText(found, inputs.source) + ".",
    };
    numbered(texts, "weight", found.weights);
    return texts;
  }

  // Sliders: each reads its position from the inputs and writes it back.

  function scoreSlider(label, i, inputs) {
    const far = Math.max(5, Math.ceil(Math.max.apply(null, inputs.scores.map(Math.abs))));
    return {
      label: label, min: -far, max: far, step: 0.1,
      read: function (now) { return now.scores[i]; },
      write: function (now, position) { now.scores[i] = position; },
      text: function (now) { return display(now.scores[i]); },
    };
  }

  const temperatureSlider = {
    label: "temperature τ", min: -1, max: 1, step: 0.05,
    read: function (now) { return Math.log10(now.temperature); },
    write: function (now, position) { now.temperature = Math.pow(10, position); },
    text: function (now) { return display(now.temperature); },
  };

  function stateSlider(axis, limit) {
    return {
      label: "state, " + "xy"[axis], min: -limit, max: limit, step: 0.05,
      read: function (now) { return now.state[axis]; },
      write: function (now, position) { now.state[axis] = position; },
      text: function (now) { return display(now.state[axis]); },
    };
  }

  // The plane: the same pixels as in drawing.py.

  const HALF = 180, REACH = 160, BAR = 320;

  function toPixels(point, limit) {
    return [HALF + point[0] * REACH / limit, HALF - point[1] * REACH / limit];
  }

  function toState(pixels, limit) { // on the sliders' steps of 0.05, inside the axes
    return [pixels[0] - HALF, HALF - pixels[1]].map(function (offset) {
      const number = Math.round(offset / REACH * limit * 20) / 20;
      return Math.min(limit, Math.max(-limit, number)) + 0;
    });
  }

  function drawPlane(root, now, found) {
    const state = toPixels(now.state, now.limit), context = toPixels(found.context, now.limit);
    set(root, '[data-part="state"]', { transform: "translate(" + state.join(" ") + ")" });
    set(root, '[data-part="state-line"]', { x2: state[0], y2: state[1] });
    set(root, '[data-part="context"]', { transform: "translate(" + context.join(" ") + ")" });
    found.weights.forEach(function (weight, i) {
      set(root, '[data-arrow="' + i + '"]', { "stroke-width": 2 + 6 * weight });
    });
  }

  function makeDraggable(root, limit, move) {
    const handle = root.querySelector('[data-part="state"]'), plane = handle.ownerSVGElement;
    let held = null; // from the pointer to the middle of the handle
    function place(event) {
      const point = new DOMPoint(event.clientX, event.clientY);
      const at = point.matrixTransform(plane.getScreenCTM().inverse());
      return [at.x, at.y];
    }
    handle.addEventListener("pointerdown", function (event) {
      const at = place(event), middle = handle.transform.baseVal.consolidate().matrix;
      held = [middle.e - at[0], middle.f - at[1]];
      handle.setPointerCapture(event.pointerId);
      event.preventDefault(); // no text selection while dragging
    });
    handle.addEventListener("touchstart", function (event) {
      event.preventDefault(); // no scrolling either: touch-action alone is not heard inside SVG
    }, { passive: false });
    handle.addEventListener("pointermove", function (event) {
      if (!held) { return; }
      const at = place(event);
      move(toState([at[0] + held[0], at[1] + held[1]], limit));
    });
    ["pointerup", "pointercancel"].forEach(function (type) {
      handle.addEventListener(type, function () { held = null; });
    });
  }

  // Words to pick: radio buttons over the words of the drawing, so that every key and finger works.

  function makePicks(root, words, pick) {
    const figure = root.querySelector(".pa-figure");
    const group = make(figure, "div", {
      "class": "pa-picks", role: "radiogroup", "aria-label": "word of the translation",
      "data-lm-suppress-shortcuts": "true", // JupyterLab would take the arrow keys
    });
    return words.map(function (word, i) {
      const box = figure.querySelector('.pa-pick[data-row="' + i + '"]');
      const view = box.ownerSVGElement.viewBox.baseVal;
      const radio = make(group, "input", {
        type: "radio", name: root.id + "-pick", value: i, "aria-label": word, autocomplete: "off",
      });
      [["left", "x", "width"], ["top", "y", "height"], ["width", "width", "width"],
        ["height", "height", "height"]].forEach(function (side) {
        radio.style[side[0]] = 100 * box.getAttribute(side[1]) / view[side[2]] + "%";
      });
      radio.addEventListener("change", function () { pick(i); });
      return radio;
    });
  }

  function showPicked(root, now) {
    root.querySelectorAll("[data-row]").forEach(function (element) {
      const picked = Number(element.dataset.row) === now.row;
      element.setAttribute("aria-current", picked);
      if (picked && element.matches(".pa-lines")) { element.parentNode.append(element); } // on top
    });
  }

  const KINDS = {
    "softmax-temperature": {
      compute: softmaxState, texts: softmaxTexts,
      sliders: function (inputs) {
        const scores = inputs.labels.map(function (label, i) {
          return scoreSlider(label, i, inputs);
        });
        return scores.concat([temperatureSlider]);
      },
    },
    "attention-by-hand": {
      compute: attentionState, texts: attentionTexts, draw: drawPlane, drag: makeDraggable,
      hint: "Drag the ring, or move the sliders.",
      sliders: function (inputs) { return [stateSlider(0, inputs.limit), stateSlider(1, inputs.limit)]; },
    },
    "alignment-by-word": {
      compute: rowState, texts: rowTexts, draw: showPicked,
      hint: "Pick a target word: click, tap or arrow keys.",
      sliders: function () { return []; },
    },
  };

  // The page.

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

  function start(root) {
    const kind = KINDS[root.dataset.kind], controls = root.querySelector(".pa-controls");
    const first = JSON.parse(root.dataset.inputs), sliders = kind.sliders(first);
    const bar = first.bar || BAR;
    let now = JSON.parse(root.dataset.inputs), announcement = 0, picks = [];

    function show() {
      const found = kind.compute(now), texts = kind.texts(found, now.labels, now);
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
      picks.forEach(function (radio, i) { radio.checked = i === now.row; });
      if (kind.draw) { kind.draw(root, now, found); }
    }

    if (kind.hint) { make(controls, "p", { "class": "pa-hint" }, kind.hint); }
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
    if (kind.begin) { // controls of its own: they change `now` and ask for a new picture
      kind.begin(root, controls, function (change) { change(now); show(); });
    }
    if (sliders.length || kind.begin) {
      make(controls, "button", { type: "button" }, "Reset").addEventListener("click", function () {
        now = JSON.parse(root.dataset.inputs);
        show();
      });
    }
    if (first.target) {
      picks = makePicks(root, first.target, function (row) { now.row = row; show(); });
    }
    if (kind.drag) {
      kind.drag(root, first.limit, function (state) { now.state = state; show(); });
    }
    root.dataset.live = "true";
    show();
  }

  document.querySelectorAll(".pa-explorable:not([data-live])").forEach(start);
})();
