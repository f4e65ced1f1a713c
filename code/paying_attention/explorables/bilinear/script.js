  // A matrix between state and annotations: the numbers of state.py, the arrows of arrows.py.

  const FARTHEST = 1;

  function bilinearState(inputs) {
    const columns = inputs.columns;
    const turned = inputs.annotations.map(function (key) {
      return [0, 1].map(function (axis) {
        return key[0] * columns[0][axis] + key[1] * columns[1][axis];
      });
    });
    const scores = turned.map(function (point) { return dot(point, inputs.state); });
    const weights = softmax(scores);
    return {
      columns: columns, turned: turned, scores: scores, weights: weights, total: add(weights),
    };
  }

  function bilinearTexts(found, now, say) {
    const most = largest(found.weights, now.labels), texts = { total: display(found.total) };
    const isDot = found.columns.every(function (column, k) {
      return column[k] === 1 && column[1 - k] === 0;
    });
    texts.summary = say("summary", {
      first: displayPair(found.columns[0]), second: displayPair(found.columns[1]),
      state: displayPair(now.state), top: most.top, owners: say.listed(most.owners),
      dot: isDot ? say("dot", {}) : "",
    });
    found.turned.forEach(function (point, i) { texts["turned-" + i] = displayPair(point); });
    numbered(texts, "score", found.scores);
    numbered(texts, "weight", found.weights);
    return texts;
  }

  function entrySlider(column, axis) {
    return {
      label: "column " + (column + 1) + ", " + "xy"[axis],
      min: -FARTHEST, max: FARTHEST, step: 0.05,
      read: function (now) { return now.columns[column][axis]; },
      write: function (now, position) { now.columns[column][axis] = position; },
      text: function (now) { return display(now.columns[column][axis]); },
    };
  }

  function drawArrow(root, mark, tip, width) {
    const across = tip[0] - HALF, down = tip[1] - HALF, far = Math.hypot(across, down);
    const head = Math.min(17, far), way = far ? [across / far, down / far] : [0, 0];
    const base = [tip[0] - head * way[0], tip[1] - head * way[1]];
    const side = [head * 9 / 17 * way[1], head * 9 / 17 * way[0]];
    const corners = [tip, [base[0] - side[0], base[1] + side[1]], [base[0] + side[0], base[1] - side[1]]];
    set(root, '[data-shaft="' + mark + '"]', { x2: base[0], y2: base[1], "stroke-width": width });
    set(root, '[data-head="' + mark + '"]', {
      d: "M" + corners.map(function (corner) { return corner.join(" "); }).join(" ") + "Z",
    });
  }

  function drawTurned(root, now, found, i) {
    const point = found.turned[i], state = now.state, size = dot(state, state) || 1;
    const tip = toPixels(point, now.limit), foot = toPixels([0, 1].map(function (axis) {
      return state[axis] * found.scores[i] / size;
    }), now.limit);
    const half = (8.5 * Array.from(now.labels[i]).length + 8) / 2; // as in arrows.py
    const place = Math.min(Math.max(tip[0], half), 2 * HALF - half);
    drawArrow(root, i, tip, 2 + 6 * found.weights[i]);
    set(root, '[data-drop="' + i + '"]', { x1: tip[0], y1: tip[1], x2: foot[0], y2: foot[1] });
    set(root, '[data-name="' + i + '"]', {
      transform: "translate(" + place + " " + (tip[1] + (point[1] >= 0 ? -8 : 20)) + ")",
    });
  }

  function handlesOf(root) { return root.querySelectorAll("[data-column]"); }

  const KIND = {
    name: "matrix-to-turn", compute: bilinearState, texts: bilinearTexts,
    hint: "Drag a ring, or move the sliders.",
    sliders: function () { // row by row, as a matrix is written
      return [[0, 0], [1, 0], [0, 1], [1, 1]].map(function (at) {
        return entrySlider(at[0], at[1]);
      });
    },
    begin: function (root, controls, first, change) {
      handlesOf(root).forEach(function (handle, k) {
        makeDraggable(handle, first.limit, function (point) {
          change(function (now) {
            now.columns[k] = point.map(function (number) {
              return Math.min(FARTHEST, Math.max(-FARTHEST, number));
            });
          });
        });
      });
    },
    draw: function (root, now, found) {
      found.turned.forEach(function (point, i) { drawTurned(root, now, found, i); });
      handlesOf(root).forEach(function (handle, k) {
        const at = toPixels(found.columns[k], now.limit);
        set(handle, '[data-part="state"]', { transform: "translate(" + at.join(" ") + ")" });
      });
    },
  };
