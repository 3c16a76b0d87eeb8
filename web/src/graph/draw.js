// Draws a laid out graph, and lets its nodes be walked and chosen.

import { s } from '../dom.js';
import { visible } from '../text.js';
import { ROLE, title } from '../words.js';
import { curve, NODE } from './layout.js';

const FAR = 0.5; // below this scale labels of nodes cannot be read, so those of boxes stand for them
const TITLE = '560 12px'; // as graph.css has them
const LABEL = '500 12px';

/** Fill a canvas. `choose(key)` is called when a node is chosen (null for none); gives { select(key) }. */
export function draw(place, laid, edges, choose) {
  const { layer, svg } = place;
  const edgeLayer = s('g', { class: 'edges', 'aria-hidden': 'true' });
  const nodeLayer = s('g', { class: 'nodes' });
  const fit = fitter();
  const titles = laid.boxes.map((box) => ({ box, element: s('text', { class: 'box-title', x: 9, y: 47 }, fit(box.title, TITLE, box.wide - 18)) }));
  const boxes = s('g', { class: 'boxes', 'aria-hidden': 'true' }, titles.map(({ box, element }) => s('g', null,
    s('rect', { x: box.x, y: box.y, width: box.wide, height: box.high, rx: 10 }),
    s('svg', { x: box.x, y: box.y - 30, width: box.wide - 4, height: 54 }, element))));
  const lanes = s('g', { class: 'lanes', 'aria-hidden': 'true' }, laid.lanes.map((lane) => s('text', { x: lane.x, y: lane.y }, ROLE[lane.role] ?? title(lane.role))));
  const drawn = edges.map((edge) => {
    const [from, to] = [laid.nodes.get(edge.from), laid.nodes.get(edge.to)];
    const path = s('path', { class: 'edge', d: curve(from, to), 'stroke-width': edge.weight ?? 1.2 });
    edgeLayer.append(path);
    return { edge, path };
  });
  const elements = new Map();
  for (const [key, node] of laid.nodes) {
    const name = visible(node.label);
    const element = s('g', { class: `node${node.bad ? ' has-bad' : ''}${node.setting ? ' is-setting' : ''}`, role: 'button', tabindex: '-1', 'aria-label': node.spoken, 'aria-pressed': 'false', transform: `translate(${node.x} ${node.y})` },
      s('rect', { width: NODE.wide, height: NODE.tall, rx: 6 }),
      s('rect', { class: 'node-stripe', width: 4, height: NODE.tall, rx: 2 }),
      s('svg', { width: NODE.wide - 6, height: NODE.tall }, s('text', { x: 12, y: 17 }, fit(name, LABEL, NODE.wide - 24))), s('title', null, node.spoken));
    element.addEventListener('click', () => choose(key));
    element.addEventListener('focus', () => svg.classList.add('inside'));
    elements.set(key, element);
    nodeLayer.append(element);
  }
  const first = elements.values().next().value;
  first?.setAttribute('tabindex', '0');
  layer.append(boxes, lanes, edgeLayer, nodeLayer);
  place.onScale((k) => {
    const far = k < FAR;
    const big = Math.min(5, Math.max(1, 0.75 / k));
    svg.classList.toggle('far', far);
    svg.style.setProperty('--big', String(big));
    for (const { box, element } of titles) element.textContent = fit(box.title, TITLE, (box.wide - 18) / (far ? big : 1));
  });
  svg.addEventListener('keydown', (event) => walk(event, laid, elements, choose));
  svg.addEventListener('click', (event) => {
    if (event.target === svg) choose(null);
  });
  return { select: (key) => select(key, { svg, drawn, elements }) };
}

/** What cuts a text in some font to a width, with … where something was cut. */
function fitter() {
  const pen = document.createElement('canvas').getContext('2d');
  const family = getComputedStyle(document.documentElement).getPropertyValue('--sans') || 'sans-serif';
  return (text, font, wide) => {
    pen.font = `${font} ${family}`;
    if (pen.measureText(text).width <= wide) return text;
    let [least, most] = [1, text.length];
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      if (pen.measureText(`${text.slice(0, middle)}…`).width <= wide) least = middle;
      else most = middle - 1;
    }
    return `${text.slice(0, least).trimEnd()}…`;
  };
}

function select(key, { svg, drawn, elements }) {
  svg.classList.toggle('selecting', key !== null);
  const near = new Set([key]);
  for (const { edge, path } of drawn) {
    const out = edge.from === key;
    const into = edge.to === key;
    path.classList.toggle('out', out);
    path.classList.toggle('into', into);
    if (out) near.add(edge.to);
    if (into) near.add(edge.from);
    if (out || into) path.parentNode.append(path); // drawn last, so on top
  }
  for (const [each, element] of elements) {
    element.classList.toggle('near', near.has(each));
    element.classList.toggle('self', each === key);
    element.setAttribute('aria-pressed', String(each === key));
  }
}

/** Arrow keys go to the nearest node that way, Enter chooses, Escape leaves. */
function walk(event, laid, elements, choose) {
  const here = [...elements].find(([, element]) => element === event.target)?.[0];
  if (here === undefined) {
    if (event.key === 'Enter') elements.values().next().value?.focus();
    return;
  }
  if (event.key === 'Enter' || event.key === ' ') choose(here);
  else if (event.key === 'Escape') {
    choose(null);
    event.currentTarget.focus();
  } else {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const next = way && nearest(laid.nodes, here, way);
    if (!next) return;
    elements.get(here).setAttribute('tabindex', '-1');
    elements.get(next).setAttribute('tabindex', '0');
    elements.get(next).focus();
  }
  event.preventDefault();
}

function nearest(nodes, key, [dx, dy]) {
  const here = nodes.get(key);
  let best = null;
  let least = Infinity;
  for (const [other, node] of nodes) {
    const [x, y] = [node.x - here.x, node.y - here.y];
    const ahead = x * dx + y * dy;
    if (other === key || ahead <= 0) continue;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    const cost = ahead + 3 * aside;
    if (cost < least) [best, least] = [other, cost];
  }
  return best;
}
