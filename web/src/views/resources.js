// All resources with how far each is: the way to a resource's own page.

import { h, shown } from '../dom.js';
import { bar, done, heading, sentence, subjectLink, total, where } from '../parts.js';
import { remember } from '../router.js';
import { virtualTable } from '../table.js';
import { count, number, percent, visible } from '../text.js';
import { ROLE, title } from '../words.js';

export default {
  id: 'resources',
  nav: 'Resources',
  when: (model) => model.size > 0,
  render(model, root, route) {
    const query = { ...route.query };
    const counts = Array.from({ length: model.rows }, (_, row) => tally(model, row));
    const sortOf = () => ({ key: query.sort || 'bad', down: query.sort ? query.down === '1' : true });
    const table = virtualTable({ columns: columns(model, counts), label: 'Resources', sort: sortOf(), onSort });
    const result = h('p', { class: 'result', role: 'status' });
    const search = h('input', { type: 'search', id: 'f-q', value: query.q ?? '', placeholder: 'name, type, file…', autocomplete: 'off' });
    search.addEventListener('input', () => {
      query.q = search.value.trim();
      update();
    });
    root.append(
      heading('Resources', 'Open one for its stack with the line, its settings, findings and connections.'),
      h('form', { class: 'filters', 'aria-label': 'Filters', on: { submit: (event) => event.preventDefault() } }, h('div', { class: 'field wide' }, h('label', { for: 'f-q' }, 'Search'), search)),
      h('div', { class: 'result-row' }, result),
      table.element,
    );
    const texts = Array.from({ length: model.rows }, (_, row) => `${model.idOf(row)}\n${model.nameOf(row)}\n${model.typeOf(row)}\n${model.offeringOf(row).title}\n${model.accountOf(row)}`.toLowerCase());
    const all = Array.from({ length: model.rows }, (_, row) => row);
    update();

    function onSort(key) {
      const now = sortOf();
      query.down = now.key === key ? (now.down ? '' : '1') : key === 'bad' || key === 'open' ? '1' : '';
      query.sort = key;
      update();
    }

    function update() {
      remember('resources', query);
      const words = (query.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
      const kept = all.filter((row) => words.every((each) => texts[row].includes(each)));
      const { key, down } = sortOf();
      const value = values(model, counts)[key] ?? values(model, counts).bad;
      const keyed = new Map(kept.map((row) => [row, value(row)]));
      kept.sort((a, b) => {
        const [x, y] = [keyed.get(a), keyed.get(b)];
        return (x === y ? 0 : x < y ? -1 : 1) * (down ? -1 : 1) || a - b;
      });
      const plain = kept.filter((row) => model.isResource(row)).length;
      const beside = kept.length - plain;
      result.replaceChildren(h('b', null, count(plain, 'resource')), ` of ${number(model.size)}`, beside ? `, and ${count(beside, 'row')} for what is done once for an account or the organisation` : '');
      table.show(kept, { key, down });
    }
    return () => table.stop();
  },
};

function tally(model, row) {
  const found = Object.fromEntries(model.statuses.map((each) => [each, 0]));
  for (let c = 0; c < model.width; c++) {
    const duty = row * model.width + c;
    if (model.has(duty)) found[model.statusOf(duty)]++;
  }
  return found;
}

function values(model, counts) {
  return {
    name: (row) => model.nameOf(row).toLowerCase(),
    offering: (row) => model.offeringOf(row).title.toLowerCase(),
    role: (row) => (model.isResource(row) ? model.resource(row).role : ''),
    progress: (row) => done(counts[row]) / (total(counts[row]) || 1),
    bad: (row) => counts[row]['not-satisfied'],
    open: (row) => counts[row].open + counts[row].unknown,
    place: (row) => `${model.fileOf(row)}\n${String(model.lineOf(row)).padStart(8, '0')}`,
  };
}

function columns(model, counts) {
  return [
    { key: 'name', label: 'Resource', sortable: true, cell: (row) => subjectLink(model, row) },
    { key: 'offering', label: 'Offering', sortable: true, cell: (row) => h('span', { title: visible(model.typeOf(row)) }, model.offeringOf(row).title) },
    { key: 'role', label: 'Role', sortable: true, cell: (row) => (model.isResource(row) ? ROLE[model.resource(row).role] ?? title(model.resource(row).role) : shown(model.subject(row).scope)) },
    { key: 'bad', label: 'Not done', sortable: true, cell: (row) => h('span', { class: counts[row]['not-satisfied'] ? 'bad' : 'soft' }, number(counts[row]['not-satisfied'])) },
    { key: 'open', label: 'Open', sortable: true, cell: (row) => h('span', { class: 'soft' }, number(counts[row].open + counts[row].unknown)) },
    { key: 'progress', label: 'Done', sortable: true, cell: (row) => h('span', { class: 'progress', title: sentence(counts[row]) }, bar(counts[row]), h('span', null, percent(done(counts[row]), total(counts[row])))) },
    { key: 'place', label: 'Where', sortable: true, cell: (row) => where(model, model.fileOf(row), model.lineOf(row), { short: true }) },
  ];
}
