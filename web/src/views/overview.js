// The head of the report: how much is whose, the picture with the line, what to do first, and the matrix.

import { h, shown } from '../dom.js';
import { heading, severity, sentence, subjectLink, total, done, bar, where } from '../parts.js';
import { link } from '../router.js';
import { count, number, percent } from '../text.js';
import { STATUS, YOURS } from '../words.js';
import { picture } from '../picture.js';
import { matrix, aboveMatrix } from '../matrix.js';

const FIRST = 6;

export default {
  id: 'overview',
  nav: 'Overview',
  render(model, root) {
    const counts = model.tally(model.duties);
    const yours = total(counts);
    root.append(
      heading('Where the line runs', opening(model, counts, yours)),
      scale(counts, yours),
      picture(model),
      first(model),
      h('section', { 'aria-labelledby': 'matrix-title' },
        h('h2', { id: 'matrix-title' }, 'Who does what, by offering'),
        matrix(model)),
      aboveMatrix(model) ?? '',
    );
  },
};

function opening(model, counts, yours) {
  const summary = model.summary;
  const offerings = new Set(model.raw.resources.offering).size;
  const accounts = summary.accounts > 1 ? ` in ${count(summary.accounts, 'account')}` : '';
  return [
    `${count(summary.resources, 'resource')} of ${count(offerings, 'AWS offering')}${accounts}. AWS does ${count(counts.inherited, 'duty', 'duties')} for you. `,
    h('strong', null, `${count(yours, 'duty', 'duties')} ${yours === 1 ? 'is' : 'are'} yours`),
    ', alone or shared: ',
    `${number(done(counts))} shown to be done (${percent(done(counts), yours)}), ${number(counts['not-satisfied'])} not done, ${number(counts.unknown)} undecided, and ${number(counts.open)} that nothing decides yet.`,
  ];
}

/** The customer's duties by status, as one wide bar whose key is links. */
function scale(counts, yours) {
  if (!yours) return '';
  const keys = YOURS.filter((each) => counts[each]).map((each) =>
    h('li', null, h('a', { href: link('duties', { status: each }), title: STATUS[each].meaning },
      h('span', { class: `key f-${each}`, 'aria-hidden': 'true' }, STATUS[each].mark), ` ${STATUS[each].word} `, h('b', null, number(counts[each])), ' ', h('span', { class: 'soft' }, percent(counts[each], yours)))));
  return h('section', { class: 'scale', 'aria-label': `Your duties by status: ${sentence(counts)}` }, bar(counts), h('ul', { class: 'keys' }, keys));
}

/** The most severe findings, so that a reader sees at once what to do. */
function first(model) {
  const found = Array.from(model.findings.control.keys()).filter((f) => model.findingRank(f) < 10);
  if (!found.length) return '';
  found.sort((a, b) => model.findingRank(a) - model.findingRank(b) || a - b);
  const rows = found.slice(0, FIRST).map((f) => {
    const each = model.finding(f);
    return h('li', null, severity(each.severity),
      h('div', null,
        h('p', null, shown(each.control.title ? model.text(each.control.title) : each.message), ' ', h('span', { class: 'soft' }, 'is not so')),
        h('p', { class: 'soft' }, subjectLink(model, each.row, { r: model.responsibilities[model.findings.responsibility[f]].id }), ' ', where(model, each.file, each.line))));
  });
  const serious = count(found.length, 'control is not satisfied', 'controls are not satisfied');
  return h('section', { class: 'first', 'aria-labelledby': 'first-title' },
    h('div', { class: 'title-row' }, h('h2', { id: 'first-title' }, 'Look at these first'),
      h('a', { href: link('duties', { status: 'not-satisfied' }) }, `All of it: ${serious}`)),
    h('ol', null, rows));
}

