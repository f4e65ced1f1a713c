  // One query and three keys, step by step: the numbers of state.py.

  function maskedSoftmax(scores, seen) {
    if (!seen.includes(true)) { return scores.map(function () { return 0; }); }
    return softmax(scores.map(function (score, i) { return seen[i] ? score : -Infinity; }));
  }

  function stepsState(inputs) {
    const copies = inputs.width / 2, root = Math.sqrt(copies), seen = inputs.seen;
    const scores = inputs.keys.map(function (key) { return dot(key, inputs.query) * root; });
    const divided = scores.map(function (score) { return score / Math.sqrt(inputs.width); });
    const scaled = inputs.divided ? divided : scores;
    const weights = maskedSoftmax(scaled, seen);
    const parts = weights.map(function (weight, i) { return weight * inputs.values[i]; });
    return {
      query: inputs.query, width: inputs.width, divided: inputs.divided,
      scores: scores, scaled: scaled,
      masked: scaled.map(function (score, i) { return seen[i] ? score : null; }),
      weights: weights, total: add(weights), parts: parts, output: add(parts),
      other: Math.max.apply(null, maskedSoftmax(inputs.divided ? scores : divided, seen)),
    };
  }

  function widthText(copies, say) {
    const flipped = (copies - Math.sqrt(copies)) / 2;
    return say(copies === 1 ? "narrow" : "wide", {
      width: 2 * copies, copies: copies, flipped: flipped, kept: copies - flipped,
    });
  }

  function stepsSummary(found, labels, say) {
    const hidden = labels.filter(function (label, i) { return found.masked[i] === null; });
    if (hidden.length === labels.length) { return say("all hidden"); }
    const most = largest(found.weights, labels);
    return say(found.divided ? "divided" : "undivided", {
      query: displayPair(found.query), width: found.width, top: most.top,
      owners: say.listed(most.owners), other: display(found.other),
      hidden: hidden.length ? say("hidden", { keys: say.listed(hidden) }) : "",
      output: display(found.output),
    });
  }

  function stepsTexts(found, inputs, say) {
    const texts = {
      total: display(found.total), output: display(found.output),
      width: widthText(found.width / 2, say), summary: stepsSummary(found, inputs.labels, say),
    };
    found.masked.forEach(function (masked, i) {
      texts["masked-" + i] = masked === null ? say("masked") : display(masked);
    });
    numbered(texts, "score", found.scores);
    numbered(texts, "scaled", found.scaled);
    numbered(texts, "weight", found.weights);
    numbered(texts, "part", found.parts);
    return texts;
  }

  const widthSlider = { // a step is four times as wide, which doubles the scores
    label: "width of the head, d\u2096", min: 0, max: 4, step: 1,
    read: function (now) { return Math.log2(now.width / 2) / 2; },
    write: function (now, position) { now.width = 2 * Math.pow(4, position); },
    text: function (now) { return String(now.width); },
  };

  function makeCheckbox(parent, label, part, write) {
    const row = make(parent, "label", { "class": "pa-check" });
    const input = make(row, "input", { type: "checkbox", "data-check": part, autocomplete: "off" });
    make(row, "span", {}, label);
    input.addEventListener("change", function () { write(input.checked); });
  }

  function beginSteps(root, controls, first, change) {
    make(controls, "p", { "class": "pa-hint", "data-out": "width" });
    makeCheckbox(controls, "divide by \u221ad\u2096", "divided", function (checked) {
      change(function (now) { now.divided = checked; });
    });
    const group = make(controls, "fieldset", {
      "class": "pa-checks", "data-lm-suppress-shortcuts": "true", // JupyterLab would take the space
    });
    make(group, "legend", {}, "the query may look at");
    first.labels.forEach(function (label, i) {
      makeCheckbox(group, label, i, function (checked) {
        change(function (now) { now.seen[i] = checked; });
      });
    });
    makeDraggable(root, first.limit, function (query) {
      change(function (now) { now.query = query; });
    });
  }

  function drawSteps(root, now, found) {
    drawPlane(root, now.query, now.limit, found.weights);
    const x = 48 + 224 * (found.output - now.ends[0]) / ((now.ends[1] - now.ends[0]) || 1);
    set(root, '[data-part="output"]', { transform: "translate(" + x + " 240)" });
    found.weights.forEach(function (weight, i) {
      set(root, '[data-dot="' + i + '"]', { r: 3 + 6 * weight });
      set(root, '[data-key="' + i + '"]', { opacity: now.seen[i] ? 1 : 0.35 });
      set(root, '[data-hidden="' + i + '"]', { visibility: now.seen[i] ? "hidden" : "visible" });
      root.querySelector('[data-check="' + i + '"]').checked = now.seen[i];
    });
    root.querySelector('[data-check="divided"]').checked = now.divided;
  }

  const KIND = {
    name: "attention-by-steps", compute: stepsState, texts: stepsTexts, draw: drawSteps,
    begin: beginSteps, hint: "Drag the ring, or move the sliders; hide keys.",
    sliders: function (inputs) {
      return [0, 1].map(function (axis) { return planeSlider("query", axis, inputs.limit); })
        .concat([Object.assign({}, widthSlider)]);
    },
  };
