// Where each node of the connections graph stands: lanes by role, in them a box for each offering, in the boxes the
// resources. Short lanes share a column, so that the whole has about the shape of a screen. The same estate is laid out
// the same way each time.

const LANES = ['edge', 'compute', 'messaging', 'data-store', 'network', 'key', 'identity', 'management', 'setting'];
export const NODE = { wide: 184, tall: 26, gap: 5 };
const BOX = { pad: 8, head: 24, gap: 14, aside: 30 };
const LANE = { gap: 64, head: 30, after: 20 };
const HEIGHTS = Array.from({ length: 56 }, (_, step) => Math.round(260 * 1.08 ** step));

/**
 * Lays out `nodes` ({ key, role, offering, title, label }) and `edges` ({ from, to } by key) in about the shape (width
 * to height) of where they are shown.
 *
 * Gives { nodes: Map key → { x, y, … }, boxes, lanes, wide, tall }; x and y are upper left corners.
 */
export function layout(nodes, edges, shape) {
  const lanes = lanesOf(nodes);
  order(lanes, edges, nodes);
  let best = null;
  for (const height of HEIGHTS) {
    const tried = arrange(lanes, height);
    const size = Math.max(tried.wide / shape, tried.tall);
    if (best === null || size < best.size) best = { ...tried, size };
  }
  return best;
}

function lanesOf(nodes) {
  const lanes = new Map();
  for (const node of nodes) {
    if (!lanes.has(node.role)) lanes.set(node.role, new Map());
    const boxes = lanes.get(node.role);
    if (!boxes.has(node.offering)) boxes.set(node.offering, { offering: node.offering, title: node.title, nodes: [] });
    boxes.get(node.offering).nodes.push(node);
  }
  const rank = (role) => (LANES.includes(role) ? LANES.indexOf(role) : LANES.length);
  return [...lanes].map(([role, boxes]) => ({ role, boxes: [...boxes.values()] })).sort((a, b) => rank(a.role) - rank(b.role) || (a.role < b.role ? -1 : 1));
}

/** Everything in columns no taller than `most`, as far as that goes. */
function arrange(lanes, most) {
  const placed = new Map();
  const boxes = [];
  const heads = [];
  let [x, y, columnWide, tall] = [0, 0, 0, 0];
  const nextColumn = (gap) => {
    x += columnWide + gap;
    y = 0;
    columnWide = 0;
  };
  for (const lane of lanes) {
    const sizes = lane.boxes.map((box) => sizeOf(box, most));
    const whole = LANE.head + sizes.reduce((sum, each) => sum + each.high + BOX.gap, 0);
    if (y > 0 && y + whole > most) nextColumn(LANE.gap);
    heads.push({ role: lane.role, x, y: y + 16 });
    y += LANE.head;
    let fresh = true;
    lane.boxes.forEach((box, at) => {
      const { wide, high, rows } = sizes[at];
      if (!fresh && y + high > most) {
        nextColumn(BOX.aside);
        y = LANE.head;
      }
      fresh = false;
      boxes.push({ ...box, x, y, wide, high });
      box.nodes.forEach((node, number) => placed.set(node.key, {
        ...node, box: box.offering, x: x + BOX.pad + Math.floor(number / rows) * (NODE.wide + NODE.gap), y: y + BOX.head + (number % rows) * (NODE.tall + NODE.gap),
      }));
      y += high + BOX.gap;
      tall = Math.max(tall, y - BOX.gap);
      columnWide = Math.max(columnWide, wide);
    });
    y += LANE.after;
  }
  return { nodes: placed, boxes, lanes: heads, wide: Math.max(1, x + columnWide), tall: Math.max(1, tall) };
}

function sizeOf(box, most) {
  const room = Math.max(1, Math.floor((most - LANE.head - BOX.head - BOX.pad + NODE.gap) / (NODE.tall + NODE.gap)));
  const columns = Math.ceil(box.nodes.length / room);
  const rows = Math.ceil(box.nodes.length / columns);
  return {
    rows,
    wide: columns * (NODE.wide + NODE.gap) - NODE.gap + 2 * BOX.pad,
    high: BOX.head + rows * (NODE.tall + NODE.gap) - NODE.gap + BOX.pad,
  };
}

/** Boxes and nodes stand near what they connect to: sorted by the mean place of their neighbours, a few times over. */
function order(lanes, edges, nodes) {
  const neighbours = new Map(nodes.map((each) => [each.key, []]));
  for (const { from, to } of edges) {
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const place = new Map();
  const number = () => {
    for (const lane of lanes) {
      const all = lane.boxes.flatMap((box) => box.nodes);
      all.forEach((node, at) => place.set(node.key, (at + 0.5) / all.length));
    }
  };
  const mean = (node) => {
    const near = neighbours.get(node.key).map((each) => place.get(each)).filter((each) => each !== undefined);
    return near.length ? near.reduce((sum, each) => sum + each, 0) / near.length : place.get(node.key);
  };
  number();
  for (let round = 0; round < 6; round++) {
    for (const lane of lanes) {
      for (const box of lane.boxes) {
        const value = new Map(box.nodes.map((node) => [node, mean(node)]));
        box.nodes.sort((a, b) => value.get(a) - value.get(b) || a.key - b.key);
        box.mean = [...value.values()].reduce((sum, each) => sum + each, 0) / box.nodes.length;
      }
      lane.boxes.sort((a, b) => a.mean - b.mean || (a.offering < b.offering ? -1 : 1));
      number();
    }
  }
}

/** The line of an edge between two nodes: out of the nearer sides. */
export function curve(from, to) {
  const y1 = from.y + NODE.tall / 2;
  const y2 = to.y + NODE.tall / 2;
  if (Math.abs(from.x - to.x) < NODE.wide) {
    const x = Math.max(from.x, to.x) + NODE.wide;
    const bow = 16 + Math.min(48, Math.abs(y1 - y2) / 6);
    return `M${from.x + NODE.wide} ${y1}C${x + bow} ${y1} ${x + bow} ${y2} ${to.x + NODE.wide} ${y2}`;
  }
  const forward = to.x > from.x;
  const x1 = forward ? from.x + NODE.wide : from.x;
  const x2 = forward ? to.x : to.x + NODE.wide;
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
