  // Heads to switch on and off: the heads that are on are part of `now`.

  function headsState(inputs) {
    if (!inputs.on.length) { return { on: inputs.on, weights: [], entropy: null, hits: null }; }
    const gold = inputs.gold, weights = [], bits = [];
    let hits = 0;
    inputs.words.forEach(function (word, i) {
      const row = inputs.source.map(function (other, j) {
        return add(inputs.on.map(function (h) { return inputs.weights[h][i][j]; })) /
          inputs.on.length;
      });
      row.forEach(function (weight) { weights.push(weight); });
      if (gold && !gold[i].length) { return; } // nobody can say where this word should look
      bits.push(add(row.map(function (w) { return w > 0 ? -w * Math.log2(w) : 0; })));
      const top = Math.max.apply(null, row);
      const right = gold && top > 0 && row.every(function (weight, j) {
        return weight <= top - 1e-9 || gold[i].includes(j); // a tie counts if all of it is gold
      });
      hits += right ? 1 : 0;
    });
    return {
      on: inputs.on, weights: weights, entropy: add(bits) / bits.length, hits: gold ? hits : null,
    };
  }

  function headsText(on) {
    const names = on.map(function (h) { return h + 1; }), last = names.pop();
    return names.length ? "heads " + names.join(", ") + " and " + last : "head " + last;
  }

  function headsTexts(found, labels, inputs) {
    const texts = {
      count: found.on.length + " of " + inputs.weights.length,
      entropy: found.entropy === null ? "\u2013" : display(found.entropy),
      hits: found.hits === null ? "\u2013" : found.hits + " of " + inputs.judged,
    };
    numbered(texts, "weight", found.weights);
    inputs.weights.forEach(function (head, h) {
      texts["on-" + h] = found.on.includes(h) ? "on" : "off";
    });
    const start = "With " + headsText(found.on) + " on, ";
    if (!found.on.length) {
      texts.summary = "All heads are off: there are no weights to show.";
    } else if (!inputs.gold) {
      texts.summary = start + "a row of their mean has " + texts.entropy + " bits.";
    } else {
      texts.summary = start + "the largest weight lies on a gold link for " + texts.hits +
        (inputs.judged === 1 ? " word" : " words") + "; a random map would be right for about " +
        display(inputs.chance) + ".";
    }
    return texts;
  }

  function headSwitches(root, controls, change) {
    const group = make(controls, "div", {
      "class": "pa-switches", role: "group", "aria-label": "heads that are on",
    });
    JSON.parse(root.dataset.inputs).weights.forEach(function (head, h) {
      const label = make(group, "label", {});
      const box = make(label, "input", { type: "checkbox", autocomplete: "off", value: h });
      label.append("head " + (h + 1));
      box.addEventListener("change", function () {
        change(function (now) {
          const others = now.on.filter(function (other) { return other !== h; });
          const on = box.checked ? others.concat([h]) : others;
          now.on = on.sort(function (a, b) { return a - b; });
        });
      });
    });
  }

  function drawHeads(root, now, found) {
    root.querySelectorAll(".pa-switches input").forEach(function (box, h) {
      box.checked = found.on.includes(h);
    });
    root.querySelectorAll("[data-cell]").forEach(function (square, k) {
      square.setAttribute("fill-opacity", found.on.length ? found.weights[k].toFixed(3) : "0.000");
    });
    if (!found.on.length) { // a number that nobody computed does not stay
      root.querySelectorAll(".pa-weight").forEach(function (text) { text.textContent = ""; });
    }
  }

  KINDS["heads-to-switch"] = {
    compute: headsState, texts: headsTexts, draw: drawHeads, begin: headSwitches,
    hint: "The squares show the mean of the heads that are on.",
    sliders: function () { return []; },
  };
