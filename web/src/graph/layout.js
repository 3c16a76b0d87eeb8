// Where each node of the connections graph stands: lanes by role from left to right, in them a box for each offering,
// in the boxes the resources. Computed once, the same for the same estate.

const LANES = ['edge', 'network', 'compute', 'messaging', 'data-store', 'key', 'identity', 'management', 'setting'];
export const NODE = { wide: 176, tall: 26, gap: 6 };
const BOX = { pad: 10, head: 26, gap: 22 };
const LANE = { gap: 90, head: 34 };

/**
 * Lays out `nodes` ({ key, role, offering, label }) and `edges` ({ from, to } by key).
 *
 * Gives { nodes: Map key → { x, y, … }, boxes, lanes, wide, tall }; x and y are upper left corners.
 */
export function layout(nodes, edges) {
  const lanes = lanesOf(nodes);
  const tallest = targetHeight(nodes);
  order(lanes, edges, nodes);
  let x = 0;
  const placed = new Map();
  const boxes = [];
  const heads = [];
  let tall = 0;
  for (const lane of lanes) {
    const start = x;
    let y = LANE.head;
    let columnWide = 0;
    for (const box of lane.boxes) {
      const columns = Math.max(1, Math.ceil((box.nodes.length * (NODE.tall + NODE.gap)) / tallest));
      const rows = Math.ceil(box.nodes.length / columns);
      const wide = columns * (NODE.wide + NODE.gap) - NODE.gap + 2 * BOX.pad;
      const high = BOX.head + rows * (NODE.tall + NODE.gap) - NODE.gap + BOX.pad;
      if (y > LANE.head && y + high > tallest + LANE.head) {
        x += columnWide + BOX.gap;
        y = LANE.head;
        columnWide = 0;
      }
      boxes.push({ ...box, x, y, wide, high });
      box.nodes.forEach((node, number) => {
        placed.set(node.key, { ...node, box: box.offering, x: x + BOX.pad + Math.floor(number / rows) * (NODE.wide + NODE.gap), y: y + BOX.head + (number % rows) * (NODE.tall + NODE.gap) });
      });
      y += high + BOX.gap;
      tall = Math.max(tall, y);
      columnWide = Math.max(columnWide, wide);
    }
    x += columnWide;
    heads.push({ role: lane.role, x: start, wide: x - start });
    x += LANE.gap;
  }
  return { nodes: placed, boxes, lanes: heads, wide: Math.max(1, x - LANE.gap), tall: Math.max(1, tall) };
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

/** How tall a lane may be, so that the whole is about as wide as a screen. */
function targetHeight(nodes) {
  const area = nodes.length * (NODE.tall + NODE.gap) * (NODE.wide + 60);
  return Math.max(320, Math.sqrt(area * 0.75));
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
        box.nodes.sort((a, b) => value.get(a) - value.get(b) || (a.key < b.key ? -1 : 1));
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
    const bow = 18 + Math.min(60, Math.abs(y1 - y2) / 5);
    return `M${from.x + NODE.wide} ${y1}C${x + bow} ${y1} ${x + bow} ${y2} ${to.x + NODE.wide} ${y2}`;
  }
  const forward = to.x > from.x;
  const x1 = forward ? from.x + NODE.wide : from.x;
  const x2 = forward ? to.x : to.x + NODE.wide;
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
