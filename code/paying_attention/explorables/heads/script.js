  // Heads to switch on and off: the numbers of state.py.

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
      if (add(row) > 0) { // else it looks nowhere, which is no 0 bits
        bits.push(add(row.map(function (w) { return w > 0 ? -w * Math.log2(w) : 0; })));
      }
      const top = Math.max.apply(null, row);
      const right = gold && top > 0 && row.every(function (weight, j) {
        return weight <= top - 1e-9 || gold[i].includes(j); // a tie counts if all of it is gold
      });
      hits += right ? 1 : 0;
    });
    return {
      on: inputs.on, weights: weights, hits: gold ? hits : null,
      entropy: bits.length ? add(bits) / bits.length : null,
    };
  }

  function headsText(on, say) {
    const names = on.slice(), last = names.pop();
    return say(names.length ? "heads" : "head", { first: names.join(", "), last: last });
  }

  function headsTexts(found, inputs, say) {
    const spread = found.entropy === null ? "nowhere" : "bits";
    const scored = inputs.judged === 1 ? "hits, one" : "hits, more";
    const none = found.hits === null;
    const hits = none ? say("none") : say("of", { part: found.hits, all: inputs.judged });
    const texts = {
      count: say("of", { part: found.on.length, all: inputs.weights.length }),
      entropy: found.entropy === null ? say("none") : display(found.entropy),
      hits: hits,
    };
    numbered(texts, "weight", found.weights);
    inputs.weights.forEach(function (head, h) {
      texts["on-" + h] = say(found.on.includes(h) ? "on" : "off");
    });
    texts.summary = say(!found.on.length ? "dark" : inputs.gold ? scored : spread, {
      heads: headsText(found.on, say), entropy: texts.entropy, hits: hits,
      chance: display(inputs.chance),
    });
    return texts;
  }

  function headSwitches(root, controls, first, change) {
    const group = make(controls, "div", {
      "class": "pa-switches", role: "group", "aria-label": "heads that are on",
    });
    first.weights.forEach(function (head, h) {
      const label = make(group, "label", {});
      const box = make(label, "input", { type: "checkbox", autocomplete: "off", value: h });
      label.append("head " + h);
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

  const KIND = {
    name: "heads-to-switch", compute: headsState, texts: headsTexts, draw: drawHeads,
    begin: headSwitches, hint: "The squares show the mean of the heads that are on.",
  };
