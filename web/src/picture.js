// The shared-responsibility picture, drawn for this estate: the customer's blocks above the line, AWS's below.
//
// The stack stands in columns, one for each height at which the line runs; offerings with the same boundary share a
// column. Blocks next to each other on the same side are one block, so the line between them is a stair.

import { h, s, spoken } from './dom.js';
import { bar, done, sentence, total } from './parts.js';
import { link } from './router.js';
import { count, number, percent, visible } from './text.js';
import { GROUP, PARTY, title } from './words.js';

export function picture(model) {
  const layers = model.responsibilities.map((each, place) => ({ ...each, place })).filter((each) => each.layer !== null).sort((a, b) => b.layer - a.layer);
  const beside = model.responsibilities.map((each, place) => ({ ...each, place })).filter((each) => each.layer === null);
  const columns = columnsOf(model, layers);
  const yours = beside.map((each) => ({ each, counts: countsOf(model, each.place) })).filter(({ counts }) => total(counts));
  return h('section', { class: 'picture', 'aria-labelledby': 'picture-title' },
    h('h2', { id: 'picture-title', class: 'vh' }, 'The shared responsibility picture of this estate'),
    h('div', { class: 'side side-you' },
      sideHead('Security in the cloud', 'yours', 'What you do, whichever offering it is'),
      h('div', { class: 'groups' }, groups(yours))),
    columns.length ? stack(layers, columns) : '',
    h('div', { class: 'side side-aws' },
      halves(model, beside),
      sideHead('Security of the cloud', 'AWS’s', '')),
    columns.length ? legend(columns) : '');
}

function sideHead(name, whose, text) {
  return h('div', { class: 'side-head' }, h('h3', null, name, ' ', h('em', null, whose)), text ? h('p', { class: 'soft' }, text) : null);
}

/** Counts of a responsibility over all rows (or some): by status, and by party without what does not apply. */
function countsOf(model, place, rows = null) {
  const counts = Object.fromEntries(model.statuses.map((each) => [each, 0]));
  const parties = Object.fromEntries(model.parties.map((each) => [each, 0]));
  const add = (row) => {
    const duty = row * model.width + place;
    if (!model.has(duty)) return;
    const status = model.statusOf(duty);
    counts[status]++;
    if (status !== 'not-applicable') parties[model.partyOf(duty)]++;
  };
  if (rows) rows.forEach(add);
  else for (let row = 0; row < model.rows; row++) add(row);
  return { ...counts, parties };
}

// what stands beside the stack ----------------------------------------------------------------------------------------

function groups(yours) {
  const names = [...new Set(yours.map(({ each }) => each.group))];
  return names.map((name) => h('div', { class: 'group' },
    h('h4', null, GROUP[name] ?? title(name)),
    h('div', { class: 'blocks' }, yours.filter(({ each }) => each.group === name).map(({ each, counts }) => block(each, counts)))));
}

function block(each, counts) {
  const whole = total(counts);
  const shared = counts.parties.shared > counts.parties.customer;
  const mixed = counts.parties.shared > 0 && counts.parties.customer > 0 ? ` (${number(counts.parties.customer)} yours, ${number(counts.parties.shared)} shared)` : '';
  const scope = each.scope === 'resource' ? '' : `, once for each ${each.scope}`;
  return h('a', {
    class: `block ${shared ? 'b-shared' : 'b-customer'}`, role: 'button', href: link('duties', { responsibility: each.id }), title: visible(each.definition), 'data-responsibility': each.id,
    on: { keydown: press },
  },
  h('span', { class: 'name' }, each.title, spoken(`: ${shared ? 'shared' : 'yours'}${mixed}${scope}; `)),
  h('span', { class: 'numbers' }, h('span', null, `${number(done(counts))} of ${number(whole)} done`), h('b', null, percent(done(counts), whole))),
  bar(counts), spoken(`: ${sentence(counts)}`));
}

/** A link that is called a button answers the space bar too. */
function press(event) {
  if (event.key === ' ') {
    event.preventDefault();
    event.currentTarget.click();
  }
}

/** AWS's half of the duties that both have. */
function halves(model, beside) {
  const shared = beside.map((each) => ({ each, counts: countsOf(model, each.place) })).filter(({ counts }) => counts.parties.shared || counts.parties.aws);
  if (!shared.length) return null;
  return h('div', { class: 'halves' }, h('h4', null, 'AWS’s half of what is shared'),
    h('div', { class: 'blocks' }, shared.map(({ each, counts }) => {
      const number_ = counts.parties.shared + counts.parties.aws;
      return h('a', { class: 'block b-aws small', role: 'button', href: link('duties', { responsibility: each.id, party: 'shared', status: 'any' }), on: { keydown: press }, 'data-half': each.id },
      h('span', { class: 'name' }, each.title, spoken(': AWS’s half of')), ' ', h('span', { class: 'numbers' }, number(number_), spoken(number_ === 1 ? ' duty' : ' duties')));
    })));
}

// the stack -----------------------------------------------------------------------------------------------------------

/** The columns, from the lowest line to the highest, each with its offerings and the counts of each layer. */
function columnsOf(model, layers) {
  const rows = new Map();
  model.raw.resources.offering.forEach((offering, row) => {
    if (!rows.has(offering)) rows.set(offering, []);
    rows.get(offering).push(row);
  });
  const found = new Map();
  for (const [place, list] of rows) {
    const offering = model.offerings[place];
    const boundary = layers.find((each) => each.id === offering.boundary);
    const height = boundary ? boundary.layer : -1;
    if (!found.has(height)) found.set(height, { height, boundary: boundary ?? null, offerings: [], rows: [] });
    const column = found.get(height);
    column.offerings.push({ offering, number: list.length });
    column.rows.push(...list);
  }
  const columns = [...found.values()].sort((a, b) => a.height - b.height);
  for (const column of columns) {
    column.offerings.sort((a, b) => b.number - a.number || (a.offering.id < b.offering.id ? -1 : 1));
    column.weight = 2 + Math.log2(1 + column.offerings.length) * 0.3; // the narrowest still holds its words on a phone
    column.cells = layers.map((each) => cell(model, each, column));
  }
  return columns;
}

function cell(model, layer, column) {
  const counts = countsOf(model, layer.place, column.rows);
  const side = column.height >= layer.layer ? 'aws' : 'customer';
  const whole = total(counts.parties, model.parties);
  const party = whole ? model.parties.reduce((best, each) => (counts.parties[each] > counts.parties[best] ? each : best), side) : side;
  return { counts, side, party, whole };
}

/** The blocks of one layer: neighbours on the same side and of the same party are one. */
function merged(columns, place) {
  const blocks = [];
  columns.forEach((column, number_) => {
    const each = column.cells[place];
    const last = blocks[blocks.length - 1];
    if (last && last.side === each.side && last.party === each.party) {
      last.span++;
      last.columns.push(column);
      for (const key of Object.keys(last.counts)) if (key !== 'parties') last.counts[key] += each.counts[key];
      last.whole += each.whole;
    } else blocks.push({ start: number_, span: 1, side: each.side, party: each.party, counts: { ...each.counts }, whole: each.whole, columns: [column] });
  });
  return blocks;
}

function stack(layers, columns) {
  const weights = columns.map((each) => each.weight);
  const grid = h('div', { class: 'stack-grid', style: { 'grid-template-columns': weights.map((each) => `minmax(0, ${each.toFixed(3)}fr)`).join(' '), '--rows': layers.length } });
  layers.forEach((layer, place) => {
    for (const each of merged(columns, place)) grid.append(layerBlock(layer, place, each));
  });
  return h('div', { class: 'stack' },
    h('div', { class: 'columns', 'aria-hidden': 'true', style: { 'grid-template-columns': grid.style.gridTemplateColumns } }, columns.map(columnHead)),
    h('div', { class: 'stack-body' }, grid, line(layers, columns, weights)));
}

function layerBlock(layer, place, each) {
  const whole = total(each.counts);
  const kinds = each.columns.flatMap((column) => column.offerings.map(({ offering }) => offering.id));
  const query = { responsibility: layer.id, offering: kinds.join(','), status: each.side === 'aws' ? 'any' : '' };
  const label = each.whole
    ? `: ${PARTY[each.party].whose}, ${count(each.whole, 'duty', 'duties')}${whole ? `; ${sentence(each.counts)}` : ''}, over ${kinds.length > 3 ? count(kinds.length, 'offering') : kinds.join(', ')}`
    : ': no such duty here';
  return h('a', {
    class: `block layer b-${each.whole ? each.party : 'none'} side-${each.side}`, role: 'button', href: link('duties', query), 'data-layer': layer.id, 'data-party': each.party, on: { keydown: press },
    style: { 'grid-row': place + 1, 'grid-column': `${each.start + 1} / span ${each.span}` },
  },
  h('span', { class: 'name' }, layer.title),
  h('span', { class: 'numbers' }, h('span', { class: 'who' }, PARTY[each.party].word), h('span', null, each.whole ? (whole ? `${number(done(each.counts))} of ${number(whole)} done` : number(each.whole)) : '–')),
  whole ? bar(each.counts) : null, spoken(label));
}

function columnHead(column) {
  const names = column.offerings.slice(0, 2).map(({ offering }) => offering.title);
  const more = column.offerings.length - names.length;
  return h('div', { class: 'column-head' }, h('b', null, names.join(', ')), more > 0 ? h('span', { class: 'soft' }, ` and ${number(more)} more`) : null);
}

/** The line itself: a stair over the columns, at the height of each one's boundary. */
function line(layers, columns, weights) {
  const wide = weights.reduce((sum, each) => sum + each, 0);
  let x = 0;
  let path = '';
  columns.forEach((column, number_) => {
    const y = layers.filter((each) => each.layer > column.height).length;
    path += number_ ? `V${y}` : `M0 ${y}`;
    x += weights[number_];
    path += `H${x.toFixed(3)}`;
  });
  return s('svg', { class: 'line', viewBox: `0 0 ${wide.toFixed(3)} ${layers.length}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    s('path', { class: 'line-halo', d: path, 'vector-effect': 'non-scaling-stroke' }),
    s('path', { class: 'line-stroke', d: path, 'vector-effect': 'non-scaling-stroke' }));
}

function legend(columns) {
  const rows = columns.map((column) => h('li', null,
    h('b', null, column.boundary ? `Up to ${column.boundary.title.toLowerCase()}` : 'Nothing'),
    spoken(' is AWS’s with: '),
    h('span', { class: 'legend-list' }, column.offerings.map(({ offering, number: each }) =>
      h('a', { href: link('duties', { offering: offering.id }) }, offering.title, ' ', h('span', { class: 'soft' }, number(each)))))));
  return h('details', { class: 'legend' }, h('summary', null, h('span', { class: 'swatch', 'aria-hidden': 'true' }), `AWS operates each layer up to the line; it runs at ${count(columns.length, 'height')} here`), h('ul', null, rows));
}

