  // Masks to click: who may look where, and what the softmax makes of it.

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

  function someQueries(rows, labels, verb) {
    const many = rows.length > 3 ? rows.length + " queries" : quoted(rows, labels);
    return (rows.length ? many : "No query") + " see" + (rows.length > 1 ? "" : "s") + verb;
  }

  function maskTexts(found, labels) {
    const size = labels.length, open = found.open + " of " + size * size, texts = { open: open };
    const whose = found.blind.length > 1 ? "their" : "its";
    const blind = !found.blind.length ? "Every query sees something." :
      someQueries(found.blind, labels, " nothing: ") + whose + " weights are all 0.";
    texts.summary = open + " cells " + (found.open === 1 ? "is" : "are") + " open. " + blind + " " +
      someQueries(found.ahead, labels, " the future.");
    found.weights.forEach(function (weight, k) {
      const mayLook = found.mask[Math.floor(k / size)][k % size];
      texts["weight-" + k] = mayLook ? display(weight) : "0"; // what is masked has none at all
    });
    labels.forEach(function (label, i) {
      const blank = found.blind.includes(i);
      texts["sum-" + i] = blank ? "sees nothing: 0" : display(found.sums[i]);
      texts["seen-" + i] = String(found.mask.filter(function (row) { return row[i]; }).length);
    });
    return texts;
  }

  // A checkbox over each square. One tab stop for all of them: arrow keys move inside.

  function makeSquares(root, scores, labels, toggle) {
    const figure = root.querySelector(".pa-figure");
    const view = figure.querySelector("svg").viewBox.baseVal;
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
      [["left", "x", "width"], ["top", "y", "height"], ["width", "width", "width"],
        ["height", "height", "height"]].forEach(function (side) {
        box.style[side[0]] = 100 * square.getAttribute(side[1]) / view[side[2]] + "%";
      });
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

  function maskControls(root, controls, change) {
    const first = JSON.parse(root.dataset.inputs);
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

  KINDS["masks-to-click"] = {
    compute: maskState, texts: maskTexts, draw: drawMask, begin: maskControls,
    hint: "Click or tap a square to open or close it. By keyboard: arrow keys and space.",
    sliders: function () { return []; },
  };
