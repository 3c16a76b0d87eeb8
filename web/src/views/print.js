// Everything that belongs on paper, one after another; the PDF report is this view.

import { h, shown } from '../dom.js';
import { bar, done, severity, status, total, where } from '../parts.js';
import { count, number } from '../text.js';
import overview from './overview.js';
import { countsOf, originOf } from './nist.js';
import { content } from './skipped.js';

const SHOWN = 1500;

export default {
  id: 'print',
  nav: '',
  under: 'overview',
  render(model, root) {
    overview.render(model, root);
    root.append(findings(model), nist(model));
    const rest = content(model);
    if (rest.childElementCount) root.append(h('section', null, title('What was not read, or not known'), rest));
  },
};

function title(text) {
  return h('h2', { class: 'paper-title' }, text);
}

function scrolled(label, table) {
  return h('div', { class: 'wide-scroll', tabindex: '0', role: 'region', 'aria-label': label }, table);
}

function findings(model) {
  const found = Array.from(model.findings.control.keys()).filter((f) => model.findingRank(f) < 20).sort((a, b) => model.findingRank(a) - model.findingRank(b) || a - b);
  if (!found.length) return '';
  return h('section', { class: 'paper' }, title('What is not done, or undecided'),
    scrolled('Findings', h('table', { class: 'plain-table' },
      h('thead', null, h('tr', null, ['Status', 'Severity', 'Resource', 'What', 'Where'].map((each) => h('th', { scope: 'col' }, each)))),
      h('tbody', null, found.slice(0, SHOWN).map((f) => {
        const each = model.finding(f);
        return h('tr', null, h('td', null, status(each.outcome)), h('td', null, severity(each.severity)), h('td', null, shown(model.nameOf(each.row))),
          h('td', null, shown(each.message), h('div', { class: 'soft mono' }, each.control.id)), h('td', null, where(model, each.file, each.line)));
      })))),
    found.length > SHOWN ? h('p', { class: 'soft' }, `and ${number(found.length - SHOWN)} more; the interactive report has all of them`) : null);
}

function nist(model) {
  const controls = model.raw.nist.controls;
  if (!controls.length) return '';
  return h('section', { class: 'paper' }, title(model.raw.nist.title), h('p', { class: 'soft' }, count(controls.length, 'control')),
    scrolled('Controls', h('table', { class: 'plain-table nist-paper' },
      h('thead', null, h('tr', null, ['Control', 'Title', 'Origination', 'Status', 'Done'].map((each) => h('th', { scope: 'col' }, each)))),
      h('tbody', null, controls.map((each) => {
        const counts = countsOf(model, each);
        const whole = total(counts);
        return h('tr', null, h('th', { scope: 'row', class: 'mono' }, each.id), h('td', null, each.title), h('td', null, h('span', { class: `party p-${originOf(each).party}` }, originOf(each).word)), h('td', null, status(model.statuses[each.status])),
          h('td', null, whole ? [bar(counts), ` ${number(done(counts))}/${number(whole)}`] : '–'));
      })))));
}
