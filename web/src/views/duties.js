// All duties: filtered, searched, sorted, exported. What is chosen stands in the address.

import { csvLines } from '../csv.js';
import { clear, h, saveAs, shown } from '../dom.js';
import { NO_SEVERITY } from '../data.js';
import { filtered } from '../filter.js';
import { heading, severity, status, subjectLink, partyLetter, where } from '../parts.js';
import { remember } from '../router.js';
import { virtualTable } from '../table.js';
import { count, number, place, visible } from '../text.js';
import { PARTY, STATUS, STATUS_ORDER, YOURS } from '../words.js';

export default {
  id: 'duties',
  nav: 'Duties',
  render(model, root, route) {
    const query = { ...route.query };
    const result = h('p', { class: 'result', role: 'status' });
    const chips = h('div', { class: 'chips' });
    const table = virtualTable({ columns: columns(model), label: 'Duties', sort: sortOf(query), onSort, empty: 'No duty matches. Take a filter away.' });
    let kept = [];
    const controls = filters(model, query, change);
    root.append(
      heading('Duties', 'Each is one responsibility of one resource: whose it is, and whether it is shown to be done. Open a resource for reasons, evidence and sources.'),
      h('form', { class: 'filters', 'aria-label': 'Filters', on: { submit: (event) => event.preventDefault() } }, controls.elements),
      h('div', { class: 'result-row' }, result, chips, h('button', { type: 'button', class: 'export', on: { click: exportRows } }, 'Export as CSV')),
      table.element,
    );
    update();

    function onSort(key) {
      const now = sortOf(query);
      query.sort = key;
      query.down = now.key === key && !now.down ? '1' : '';
      update();
    }

    function change(key, value) {
      query[key] = value;
      update();
    }

    function update() {
      remember('duties', query);
      kept = filtered(model, query);
      const whole = model.duties.length;
      clear(result, h('b', null, count(kept.length, 'duty', 'duties')), ` of ${number(whole)}`);
      clear(chips, extra(model, query, (key) => {
        change(key, '');
        controls.sync();
      }));
      table.show(kept, sortOf(query));
    }

    function exportRows() {
      saveAs('duties.csv', 'text/csv;charset=utf-8', [...csvLines(NAMES, kept.map((duty) => record(model, duty)))]);
    }

    return () => table.stop();
  },
};

function sortOf(query) {
  return { key: query.sort || 'severity', down: query.down === '1' };
}

// the table -----------------------------------------------------------------------------------------------------------

function columns(model) {
  return [
    { key: 'status', label: 'Status', sortable: true, cell: (duty) => status(model.statusOf(duty)) },
    { key: 'severity', label: 'Severity', sortable: true, cell: (duty) => severity(model.severities[model.worst[duty]]) },
    { key: 'responsibility', label: 'Responsibility', sortable: true, cell: (duty) => [partyLetter(model.partyOf(duty)), ' ', h('span', null, model.responsibilityOf(duty).title)] },
    { key: 'resource', label: 'Resource', sortable: true, cell: (duty) => subjectLink(model, model.rowOf(duty), { r: model.responsibilityOf(duty).id }) },
    { key: 'offering', label: 'Offering', sortable: true, cell: (duty) => h('span', { title: model.typeOf(model.rowOf(duty)) }, model.offeringOf(model.rowOf(duty)).title) },
    { key: 'what', label: 'What decides it', sortable: false, cell: (duty) => what(model, duty) },
    { key: 'place', label: 'Where', sortable: true, cell: (duty) => where(model, model.fileOf(model.rowOf(duty)), model.lineOf(model.rowOf(duty)), { short: true }) },
  ];
}

function what(model, duty) {
  const findings = model.findingsOf(duty);
  if (!findings.length) return h('span', { class: 'soft' }, reason(model, duty));
  const first = model.finding(findings[0]);
  const more = findings.length > 1 ? h('span', { class: 'soft' }, ` +${number(findings.length - 1)}`) : null;
  return h('span', { title: visible(first.message) }, shown(first.message), more);
}

function reason(model, duty) {
  const name = model.statusOf(duty);
  if (name === 'unknown') return 'It is not known which offering this is';
  if (name === 'open') return 'Nothing decides it yet';
  return STATUS[name].meaning;
}

// the filters ---------------------------------------------------------------------------------------------------------

function filters(model, query, change) {
  const search = h('input', { type: 'search', id: 'f-q', placeholder: 'name, file, message, control…', value: query.q ?? '', autocomplete: 'off' });
  let wait = 0;
  search.addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(() => change('q', search.value.trim()), 120);
  });
  const accounts = distinct(model, (row) => model.accountOf(row));
  const services = new Map();
  for (let row = 0; row < model.rows; row++) services.set(model.offeringOf(row).service, model.offeringOf(row).serviceTitle);
  const lists = [
    ['account', 'Account', accounts.map((each) => [each, visible(each)])],
    ['service', 'Service', [...services].sort((a, b) => (a[1].toLowerCase() < b[1].toLowerCase() ? -1 : 1))],
    ['responsibility', 'Responsibility', model.responsibilities.map((each) => [each.id, each.title])],
    ['severity', 'Severity', model.severities.map((each) => [each, each])],
    ['framework', 'Framework', Object.entries(model.raw.frameworks)],
    ['party', 'Whose', [['customer', 'Yours'], ['shared', 'Shared'], ['aws', 'AWS’s'], ['customer,shared', 'Yours or shared']]],
  ].filter(([key, , options]) => options.length > 1 || query[key]);
  const selects = lists.map(([key, label, options]) => select(key, label, options, query, change));
  const boxes = statusBoxes(model, query, change);
  return {
    elements: [h('div', { class: 'field wide' }, h('label', { for: 'f-q' }, 'Search'), search), selects.map((each) => each.element), boxes.element],
    sync: () => {
      search.value = query.q ?? '';
      selects.forEach((each) => each.sync());
      boxes.sync();
    },
  };
}

function distinct(model, value) {
  const found = new Set();
  for (let row = 0; row < model.rows; row++) found.add(value(row));
  found.delete('');
  return [...found].sort();
}

function select(key, label, options, query, change) {
  const element = h('select', { id: `f-${key}`, on: { change: () => change(key, element.value) } }, h('option', { value: '' }, 'all'), options.map(([value, text]) => h('option', { value }, text)));
  const sync = () => {
    const value = query[key] ?? '';
    if (value && ![...element.options].some((each) => each.value === value)) element.append(h('option', { value }, value.includes(',') ? `${value.split(',').length} chosen` : visible(value)));
    element.value = value;
  };
  sync();
  return { element: h('div', { class: 'field' }, h('label', { for: `f-${key}` }, label), element), sync };
}

function statusBoxes(model, query, change) {
  const present = model.tally(model.duties);
  const chosen = () => new Set(query.status === 'any' ? STATUS_ORDER : query.status ? query.status.split(',') : YOURS);
  const boxes = STATUS_ORDER.filter((each) => present[each]).map((each) => {
    const input = h('input', { type: 'checkbox', value: each, on: { change: read } });
    return { each, input, element: h('label', { class: `check st-${each}`, title: STATUS[each].meaning }, input, h('span', { class: 'mark', 'aria-hidden': 'true' }, STATUS[each].mark), `${STATUS[each].word} `, h('span', { class: 'soft' }, number(present[each]))) };
  });
  function read() {
    const on = boxes.filter(({ input }) => input.checked).map(({ each }) => each);
    const usual = YOURS.filter((each) => present[each]).join();
    change('status', on.length === boxes.length ? 'any' : on.join() === usual ? '' : on.join() || 'none');
  }
  const sync = () => boxes.forEach(({ each, input }) => { input.checked = chosen().has(each); });
  sync();
  return { element: h('fieldset', { class: 'statuses' }, h('legend', null, 'Status'), boxes.map(({ element }) => element)), sync };
}

/** What is chosen by a link and by no field, as chips that take it away again. */
function extra(model, query, drop) {
  const found = [];
  if (query.offering) {
    const names = query.offering.split(',').map((id) => model.offerings.find((each) => each.id === id)?.title ?? visible(id));
    found.push(['offering', `Offering: ${names.length > 2 ? `${names.length} of them` : names.join(', ')}`]);
  }
  if (query.subject) found.push(['subject', `Of: ${visible(query.subject)}`]);
  return found.map(([key, text]) => h('button', { type: 'button', class: 'chip', on: { click: () => drop(key) } }, text, h('span', { 'aria-hidden': 'true' }, ' ✕'), h('span', { class: 'vh' }, ' (take this filter away)')));
}

// the export ----------------------------------------------------------------------------------------------------------

const NAMES = ['status', 'severity', 'party', 'responsibility', 'resource', 'type', 'offering', 'service', 'account', 'region', 'where', 'findings', 'reason', 'source'];

function record(model, duty) {
  const row = model.rowOf(duty);
  const offering = model.offeringOf(row);
  const said = model.cell(offering, duty % model.width);
  const messages = model.findingsOf(duty).map((f) => model.finding(f)).filter((each) => each.outcome !== 'satisfied').map((each) => `${each.control.id}: ${each.message}`);
  const worst = model.worst[duty];
  return [
    model.statusOf(duty), worst === NO_SEVERITY ? '' : model.severities[worst], PARTY[model.partyOf(duty)] ? model.partyOf(duty) : '', model.responsibilityOf(duty).id,
    model.isResource(row) ? model.idOf(row) : model.subject(row).name, model.typeOf(row), offering.id, offering.service, model.accountOf(row), model.isResource(row) ? model.resource(row).region : '',
    place(model.fileOf(row), model.lineOf(row)), messages.join(' | '), said?.reason ?? '', said?.source ?? '',
  ];
}
