// A drawing that can be moved and zoomed: by pointer, wheel, buttons and keys.

import { h, s } from '../dom.js';

const LEAST = 0.03;
const MOST = 3;

/** The drawing: { element, layer, fit(), centre(x, y), onScale(run) }. `wide` and `tall` are its size at scale 1. */
export function canvas({ wide, tall, label, moving }) {
  const layer = s('g', null);
  const svg = s('svg', { class: 'graph', tabindex: '0', role: 'group', 'aria-label': label }, layer);
  const view = { x: 0, y: 0, k: 1 };
  let listener = () => {};
  const apply = () => {
    layer.setAttribute('transform', `translate(${view.x} ${view.y}) scale(${view.k})`);
    listener(view.k);
  };
  const size = () => ({ w: svg.clientWidth || 800, h: svg.clientHeight || 500 });
  const fit = () => {
    const { w, h: high } = size();
    view.k = Math.min(1.15, Math.max(LEAST, Math.min((w - 32) / wide, (high - 32) / tall)));
    view.x = (w - wide * view.k) / 2;
    view.y = Math.max(16, (high - tall * view.k) / 2);
    apply();
  };
  const zoom = (factor, px, py) => {
    const k = Math.min(MOST, Math.max(LEAST, view.k * factor));
    view.x = px - ((px - view.x) * k) / view.k;
    view.y = py - ((py - view.y) * k) / view.k;
    view.k = k;
    apply();
  };
  const zoomMiddle = (factor) => zoom(factor, size().w / 2, size().h / 2);
  const centre = (x, y, least = 0.7) => {
    view.k = Math.max(view.k, least);
    view.x = size().w / 2 - x * view.k;
    view.y = size().h / 2 - y * view.k;
    if (moving()) {
      layer.classList.add('gliding');
      setTimeout(() => layer.classList.remove('gliding'), 260);
    }
    apply();
  };
  const pan = (dx, dy) => {
    view.x += dx;
    view.y += dy;
    apply();
  };

  svg.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== svg && !svg.contains(document.activeElement)) return; // the page scrolls until the graph is entered
    event.preventDefault();
    const frame = svg.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * 0.0015), event.clientX - frame.left, event.clientY - frame.top);
  }, { passive: false });
  drag(svg, pan, zoom);
  svg.addEventListener('keydown', (event) => {
    if (event.target !== svg) return;
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (step) pan(...step);
    else if (event.key === '+' || event.key === '=') zoomMiddle(1.25);
    else if (event.key === '-') zoomMiddle(0.8);
    else if (event.key === '0') fit();
    else return;
    event.preventDefault();
  });
  const button = (text, name, run) => h('button', { type: 'button', 'aria-label': name, title: name, on: { click: run } }, text);
  const tools = h('div', { class: 'graph-tools', role: 'group', 'aria-label': 'Zoom' }, button('+', 'Zoom in', () => zoomMiddle(1.25)), button('−', 'Zoom out', () => zoomMiddle(0.8)), button('⤢', 'Show all', fit));
  return { element: h('div', { class: 'graph-box' }, svg, tools), svg, layer, fit, centre, onScale: (run) => { listener = run; } };
}

function drag(svg, pan, zoom) {
  const pointers = new Map();
  let moved = false;
  svg.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
    moved = false;
  });
  svg.addEventListener('pointermove', (event) => {
    const last = pointers.get(event.pointerId);
    if (!last) return;
    const [dx, dy] = [event.clientX - last[0], event.clientY - last[1]];
    if (!moved && Math.hypot(dx, dy) < 4) return;
    if (!moved) svg.setPointerCapture(event.pointerId);
    moved = true;
    if (pointers.size === 2) {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const frame = svg.getBoundingClientRect();
      const far = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]) || 1;
      zoom(far([event.clientX, event.clientY]) / far(last), (event.clientX + other[0]) / 2 - frame.left, (event.clientY + other[1]) / 2 - frame.top);
    } else pan(dx, dy);
    pointers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  for (const name of ['pointerup', 'pointercancel']) svg.addEventListener(name, (event) => pointers.delete(event.pointerId));
  svg.addEventListener('click', (event) => { // the end of a drag is no click
    if (moved) {
      event.stopPropagation();
      event.preventDefault();
    }
  }, true);
}
