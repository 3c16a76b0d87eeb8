// The connections of the estate as a graph and as a table; beyond what can be read, offering by offering.

import { clear, h, shown } from '../dom.js';
import { canvas } from '../graph/canvas.js';
import { draw } from '../graph/draw.js';
import { layout, NODE } from '../graph/layout.js';
import { heading, sentence, subjectLink } from '../parts.js';
import { link } from '../router.js';
import { virtualTable } from '../table.js';
import { count, number, shortName, visible } from '../text.js';

// more resources than this are drawn offering by offering, until somebody asks otherwise
const READABLE = { wide: 300, narrow: 40 };
const SHAPE = { wide: 2, narrow: 0.62 }; // width to height of the graph's box

export default {
  id: 'connections',
  nav: 'Connections',
  when: (model) => model.connections.from.length > 0,
  render(model, root, route) {
    const query = { ...route.query };
    const focus = query.focus ? model.rowOfId(query.focus) : -1;
    const graph = build(model, query, focus);
    const place = canvas({ wide: graph.laid.wide, tall: graph.laid.tall, label: 'Graph of connections. Arrow keys move the picture, plus and minus zoom, Enter goes to the nodes.', moving: () => !matchMedia('(prefers-reduced-motion: reduce)').matches });
    const panel = h('aside', { class: 'graph-panel', 'aria-label': 'What is chosen', 'aria-live': 'polite' });
    const drawing = draw(place, graph.laid, graph.edges, choose);
    const table = virtualTable({ columns: columns(model), label: 'Connections', sort: { key: 'from', down: false }, onSort });
    const options = [...graph.laid.nodes.values()].map((each) => h('option', { value: visible(each.label) }));
    const search = h('input', { type: 'search', id: 'g-q', list: 'g-names', placeholder: 'find a node…', autocomplete: 'off', on: { change: find, input: find } });
    root.append(
      heading('Connections', lede(model, graph)),
      h('form', { class: 'filters', 'aria-label': 'Filters', on: { submit: (event) => event.preventDefault() } },
        h('div', { class: 'field wide' }, h('label', { for: 'g-q' }, 'Find'), search, h('datalist', { id: 'g-names' }, options.slice(0, 500))),
        modes(model, query, graph)),
      h('div', { class: 'graph-row' }, place.element, panel),
      h('p', { class: 'soft hint' }, 'Choose a node to see what it uses and what uses it. Drag to move; zoom with the buttons, or with the wheel once the graph has focus. A red edge marks what has something not done, a dashed frame a setting of another resource.'),
      h('h2', null, 'As a table'), table.element);
    let sort = { key: 'from', down: false };
    show();
    place.fit();
    choose(focus >= 0 ? graph.keyOf(focus) : null, focus >= 0);

    function choose(key, centre = false) {
      const node = key === null ? null : graph.laid.nodes.get(key);
      drawing.select(node ? key : null);
      panel.hidden = !node;
      clear(panel, node ? details(model, graph, node, () => choose(null)) : '');
      if (node && centre) place.centre(node.x + NODE.wide / 2, node.y + NODE.tall / 2);
    }

    function find() {
      const text = search.value.trim().toLowerCase();
      if (!text) return;
      const nodes = [...graph.laid.nodes.values()];
      const hit = nodes.find((each) => visible(each.label).toLowerCase() === text) ?? nodes.find((each) => each.label.toLowerCase().includes(text));
      if (hit) choose(hit.key, true);
    }

    function onSort(key) {
      sort = { key, down: sort.key === key && !sort.down };
      show();
    }

    function show() {
      const value = { from: (n) => model.nameOf(model.connections.from[n]), to: (n) => model.nameOf(model.connections.to[n]), kind: (n) => model.text(model.connections.kind[n]) }[sort.key];
      const keyed = graph.numbers.map((n) => [value(n).toLowerCase(), n]).sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1));
      if (sort.down) keyed.reverse();
      table.show(keyed.map(([, n]) => n), sort);
    }
    return () => table.stop();
  },
};

function lede(model, graph) {
  const kinds = new Set(model.connections.kind).size;
  const parts = [`${count(model.connections.from.length, 'connection')} of ${count(kinds, 'kind')}: an event source, a role, a route, a key. `];
  if (graph.mode === 'offerings') parts.push('Drawn offering by offering. ');
  if (graph.alone) parts.push(`${count(graph.alone, 'resource')} without any ${graph.alone === 1 ? 'is' : 'are'} not drawn.`);
  return parts.join('');
}

function modes(model, query, graph) {
  const button = (mode, text) => h('a', { class: 'segment', href: link('connections', { mode }), 'aria-current': graph.mode === mode && !query.offering ? 'true' : null }, text);
  return h('div', { class: 'field' }, h('span', { class: 'label' }, 'Drawn'), h('div', { class: 'segments' }, button('resources', 'each resource'), button('offerings', 'by offering'),
    query.offering ? h('span', { class: 'segment', 'aria-current': 'true' }, `around ${model.offerings.find((each) => each.id === query.offering)?.title ?? visible(query.offering)}`) : null));
}

// what is drawn -------------------------------------------------------------------------------------------------------

function build(model, query, focus) {
  const { from, to } = model.connections;
  let numbers = Array.from(from.keys());
  const connected = new Set(numbers.flatMap((n) => [from[n], to[n]]));
  const alone = model.size - connected.size;
  const offeringOf = (row) => model.raw.resources.offering[row];
  const wanted = query.offering ? model.offerings.findIndex((each) => each.id === query.offering) : -1;
  const screen = matchMedia('(max-width: 700px)').matches ? 'narrow' : 'wide';
  const many = connected.size > READABLE[screen];
  let mode = query.mode === 'resources' || query.mode === 'offerings' ? query.mode : many && !query.offering ? 'offerings' : 'resources';
  if (query.offering) {
    numbers = numbers.filter((n) => offeringOf(from[n]) === wanted || offeringOf(to[n]) === wanted);
    mode = 'resources';
  } else if (focus >= 0 && many && query.mode !== 'resources') {
    numbers = numbers.filter((n) => from[n] === focus || to[n] === focus); // what a big estate has around one resource
    mode = 'resources';
  }
  const graph = mode === 'offerings' ? byOffering(model, numbers, offeringOf) : byResource(model, numbers);
  return { ...graph, mode, numbers, alone, laid: layout(graph.nodes, graph.edges, SHAPE[screen]) };
}

function byResource(model, numbers) {
  const { from, to, kind } = model.connections;
  const rows = [...new Set(numbers.flatMap((n) => [from[n], to[n]]))].sort((a, b) => a - b);
  const roles = rolesOf(model);
  const nodes = rows.map((row) => {
    const offering = model.offeringOf(row);
    const counts = tally(model, [row]);
    return { key: row, role: roles.get(offering), setting: model.text(model.raw.resources.role[row]) === 'setting', offering: offering.id, title: offering.title, label: shortName(model.nameOf(row)),
      bad: counts['not-satisfied'] > 0, spoken: `${visible(model.nameOf(row))}, ${offering.title}: ${sentence(counts)}` };
  });
  const pairs = new Map();
  for (const n of numbers) {
    const key = `${from[n]} ${to[n]}`;
    if (!pairs.has(key) && from[n] !== to[n]) pairs.set(key, { from: from[n], to: to[n], kinds: new Set() });
    pairs.get(key)?.kinds.add(kind[n]);
  }
  return { nodes, edges: [...pairs.values()], keyOf: (row) => row };
}

function byOffering(model, numbers, offeringOf) {
  const { from, to } = model.connections;
  const members = new Map();
  for (let row = 0; row < model.size; row++) {
    const place = offeringOf(row);
    if (!members.has(place)) members.set(place, []);
    members.get(place).push(row);
  }
  const drawn = [...new Set(numbers.flatMap((n) => [offeringOf(from[n]), offeringOf(to[n])]))].sort((a, b) => a - b);
  const nodes = drawn.map((place) => {
    const rows = members.get(place);
    const offering = model.offerings[place];
    const counts = tally(model, rows);
    const role = mostly(rows.map((row) => model.text(model.raw.resources.role[row])));
    return { key: place, role, offering: offering.service, title: offering.serviceTitle, label: `${number(rows.length)} × ${offering.title}`, bad: counts['not-satisfied'] > 0, id: offering.id,
      spoken: `${number(rows.length)} × ${offering.title}: ${sentence(counts)}` };
  });
  const pairs = new Map();
  for (const n of numbers) {
    const [a, b] = [offeringOf(from[n]), offeringOf(to[n])];
    if (a === b) continue;
    const key = `${a} ${b}`;
    if (!pairs.has(key)) pairs.set(key, { from: a, to: b, times: 0 });
    pairs.get(key).times++;
  }
  const edges = [...pairs.values()].map((each) => ({ ...each, weight: 1 + Math.log2(each.times) * 0.35 }));
  return { nodes, edges, keyOf: (row) => offeringOf(row) };
}

/** The role of each offering: a setting stands in the box of what it configures. */
function rolesOf(model) {
  const found = new Map();
  for (let row = 0; row < model.size; row++) {
    const offering = model.offeringOf(row);
    if (!found.has(offering)) found.set(offering, []);
    found.get(offering).push(model.text(model.raw.resources.role[row]));
  }
  return new Map([...found].map(([offering, roles]) => [offering, mostly(roles)]));
}

function mostly(words) {
  const counts = new Map();
  for (const each of words) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].sort((a, b) => (a[0] === 'setting') - (b[0] === 'setting') || b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0][0];
}

function tally(model, rows) {
  const duties = [];
  for (const row of rows) for (let c = 0; c < model.width; c++) if (model.has(row * model.width + c)) duties.push(row * model.width + c);
  return model.tally(duties);
}

// the panel and the table ---------------------------------------------------------------------------------------------

function details(model, graph, node, close) {
  const nodes = graph.laid.nodes;
  const out = graph.edges.filter((each) => each.from === node.key);
  const into = graph.edges.filter((each) => each.to === node.key);
  const item = (each, key) => {
    const other = nodes.get(key);
    const note = each.kinds ? [...each.kinds].map((kind) => model.text(kind)).join(', ') : count(each.times, 'connection');
    return h('li', null, graph.mode === 'resources' ? subjectLink(model, other.key) : shown(other.label), ' ', h('span', { class: 'soft' }, shown(note)));
  };
  const list = (title, edges, end) => [h('h3', null, `${title} (${edges.length})`), edges.length ? h('ul', { class: 'plain' }, edges.map((each) => item(each, each[end]))) : h('p', { class: 'soft' }, 'nothing')];
  return [
    h('div', { class: 'title-row' }, h('h2', null, graph.mode === 'resources' ? subjectLink(model, node.key) : shown(node.label)), h('button', { type: 'button', class: 'chip', 'aria-label': 'Close', on: { click: close } }, '✕')),
    h('p', { class: 'soft' }, node.spoken),
    graph.mode === 'offerings' ? h('p', null, h('a', { href: link('connections', { offering: node.id }) }, 'Draw its resources'), ' · ', h('a', { href: link('duties', { offering: node.id }) }, 'Its duties')) : null,
    list('Uses', out, 'to'), list('Used by', into, 'from'),
  ];
}

function columns(model) {
  const { from, to, kind, via } = model.connections;
  return [
    { key: 'from', label: 'From', sortable: true, cell: (n) => subjectLink(model, from[n]) },
    { key: 'kind', label: 'Kind', sortable: true, cell: (n) => shown(model.text(kind[n])) },
    { key: 'to', label: 'To', sortable: true, cell: (n) => subjectLink(model, to[n]) },
    { key: 'via', label: 'By way of', sortable: false, cell: (n) => h('code', null, shown(model.text(via[n]))) },
  ];
}
