  // Masks to click: the numbers of state.py.

  function maskState(inputs) {
    const size = inputs.labels.length, weights = [], sums = [], blind = [], ahead = [];
    let open = 0;
    inputs.mask.forEach(function (row, i) {
      const seen = inputs.scores[i].filter(function (score, j) { return row[j]; });
      const found = seen.length ? softmax(seen) : [];
      if (!seen.length) { blind.push(i); }
      if (row.some(function (mayLook, j) { return mayLook && j > i; })) { ahead.push(i); }
      open += seen.length;
      sums.push(add(found));
      for (let j = 0, next = 0; j < size; j += 1) { weights.push(row[j] ? found[next++] : 0); }
    });
    return {
      mask: inputs.mask, weights: weights, sums: sums, open: open, blind: blind, ahead: ahead,
    };
  }

  function someQueries(what, rows, labels, say) {
    const number = !rows.length ? "none" : rows.length === 1 ? "one" : "more";
    const many = say("many", { count: rows.length });
    const named = rows.length > 3 ? many : say.quoted(rows, labels);
    return say(what + ", " + number, { queries: named });
  }

  function maskTexts(found, inputs, say) {
    const labels = inputs.labels, size = labels.length;
    const texts = { open: say("of", { part: found.open, all: size * size }) };
    texts.summary = say("summary", {
      open: say(found.open === 1 ? "open, one" : "open, more", { cells: texts.open }),
      blind: someQueries("blind", found.blind, labels, say),
      ahead: someQueries("ahead", found.ahead, labels, say),
    });
    found.weights.forEach(function (weight, k) {
      const mayLook = found.mask[Math.floor(k / size)][k % size];
      texts["weight-" + k] = mayLook ? display(weight) : say("masked"); // it has none at all
    });
    labels.forEach(function (label, i) {
      const blank = found.blind.includes(i);
      texts["sum-" + i] = blank ? say("blank") : display(found.sums[i]);
      texts["seen-" + i] = String(found.mask.filter(function (row) { return row[i]; }).length);
    });
    return texts;
  }

  // A checkbox over each square. One tab stop for all of them: arrow keys move inside.

  function makeSquares(root, scores, labels, toggle) {
    const figure = root.querySelector(".pa-figure");
    const group = make(figure, "div", {
      "class": "pa-squares", role: "group", "aria-label": "which query may look at which key",
      "data-lm-suppress-shortcuts": "true", // JupyterLab would take the arrow keys
    });
    const size = labels.length, boxes = [];
    function enter(k) {
      boxes.forEach(function (box, other) { box.tabIndex = other === k ? 0 : -1; });
    }
    figure.querySelectorAll("[data-cell]").forEach(function (square, k) {
      const i = Math.floor(k / size), j = k % size;
      const box = make(group, "input", {
        type: "checkbox", autocomplete: "off", tabindex: k ? -1 : 0,
        title: "score " + display(scores[i][j]),
        "aria-label": "query " + labels[i] + ", key " + labels[j] + ": may look",
      });
      layOver(box, square);
      box.addEventListener("change", function () { toggle(i, j, box.checked); });
      box.addEventListener("focus", function () { enter(k); });
      box.addEventListener("keydown", function (event) {
        const step = {
          ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
        }[event.key];
        if (!step || event.ctrlKey || event.metaKey || event.altKey) { return; }
        const row = i + step[0], column = j + step[1];
        if (row >= 0 && row < size && column >= 0 && column < size) {
          boxes[row * size + column].focus();
        }
        event.preventDefault(); // no scrolling
      });
      boxes.push(box);
    });
  }

  function maskControls(root, controls, first, change) {
    const group = make(controls, "div", {
      "class": "pa-presets", role: "group", "aria-label": "masks to start from",
    });
    first.presets.forEach(function (preset) {
      const button = make(group, "button", { type: "button" }, preset[0]);
      button.dataset.mask = JSON.stringify(preset[1]);
      button.addEventListener("click", function () {
        change(function (now) { now.mask = JSON.parse(button.dataset.mask); });
      });
    });
    makeSquares(root, first.scores, first.labels, function (i, j, mayLook) {
      change(function (now) { now.mask[i][j] = mayLook; });
    });
  }

  function drawMask(root, now, found) {
    const may = found.mask.flat(), boxes = root.querySelectorAll(".pa-squares input");
    found.weights.forEach(function (weight, k) {
      set(root, '[data-cell="' + k + '"]', { "fill-opacity": weight.toFixed(3) });
      set(root, '[data-hatch="' + k + '"]', { display: may[k] ? "none" : "inline" });
      boxes[k].checked = may[k];
    });
    root.querySelectorAll("[data-mask]").forEach(function (button) {
      button.setAttribute("aria-pressed", button.dataset.mask === JSON.stringify(found.mask));
    });
  }

  const KIND = {
    name: "masks-to-click", compute: maskState, texts: maskTexts, draw: drawMask,
    begin: maskControls,
    hint: "Click or tap a square to open or close it. By keyboard: arrow keys and space.",
  };
