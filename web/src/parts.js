// Small pieces that several views share: marks, bars, places.

import { h, shown, spoken } from './dom.js';
import { number, percent, place, visible } from './text.js';
import { DONE, PARTY, STATUS, YOURS } from './words.js';
import { link } from './router.js';

/** A status as mark and word. */
export function status(name, { word = true } = {}) {
  const known = STATUS[name];
  return h('span', { class: `status st-${name}` }, h('span', { class: 'mark', 'aria-hidden': 'true' }, known.mark), word ? known.word : spoken(known.word));
}

export function party(name) {
  return h('span', { class: `party p-${name}` }, PARTY[name].word);
}

/** A party as its letter, where there is no room for the word. */
export function partyLetter(name) {
  return h('span', { class: `cell-key c-${name}`, title: PARTY[name].whose }, h('span', { 'aria-hidden': 'true' }, PARTY[name].letter), spoken(PARTY[name].whose));
}

export function severity(name) {
  return name ? h('span', { class: `sev sev-${name}` }, name) : h('span', { class: 'sev none' }, '–');
}

/** A bar of what is the customer's, by status, worst first. Its numbers stand beside it, so it is only drawn. */
export function bar(counts, statuses = YOURS) {
  const parts = statuses.filter((each) => counts[each] > 0);
  return h('span', { class: 'bar', 'aria-hidden': 'true' }, parts.map((each) => h('span', { class: `seg f-${each}`, style: { 'flex-grow': counts[each] } })));
}

export function total(counts, statuses = YOURS) {
  return statuses.reduce((sum, each) => sum + (counts[each] ?? 0), 0);
}

export function done(counts) {
  return total(counts, DONE);
}

/** `3 of 12 done, 1 not done`, as one plain sentence for those who do not see the bar. */
export function sentence(counts) {
  const whole = total(counts);
  if (!whole) return 'nothing of it is yours';
  const parts = [`${number(done(counts))} of ${number(whole)} done`];
  if (counts['not-satisfied']) parts.push(`${number(counts['not-satisfied'])} not done`);
  if (counts.unknown) parts.push(`${number(counts.unknown)} undecided`);
  if (counts.accepted) parts.push(`${number(counts.accepted)} accepted`);
  if (counts.open) parts.push(`${number(counts.open)} open`);
  return parts.join(', ');
}

export { percent };

/** A file and line; a link where the user said where the files can be seen. */
export function where(model, file, line, { short = false } = {}) {
  if (!file) return null;
  const text = shown(place(short ? file.split('/').pop() : file, line), { title: visible(place(file, line)) });
  if (!model.raw.sourceUrl) return h('code', { class: 'place' }, text);
  const path = file.split('/').map(encodeURIComponent).join('/');
  return h('a', { class: 'place', href: `${model.raw.sourceUrl}/${path}${line ? `#L${line}` : ''}`, rel: 'noreferrer noopener', target: '_blank' }, text);
}

/** A link to the page of a resource, an account or the organisation. */
export function subjectLink(model, row, query = {}) {
  return h('a', { class: 'subject', href: link('resource', query, model.idOf(row)), title: visible(model.idOf(row)) }, shown(model.nameOf(row)));
}

/** What a count is of, in a small box. */
export function fact(label, value) {
  return value === null || value === '' ? null : h('div', { class: 'fact' }, h('dt', null, label), h('dd', null, value));
}

/** The head of a view. */
export function heading(title, lede) {
  return h('header', { class: 'view-head' }, h('h1', { tabindex: '-1' }, title), lede ? h('p', { class: 'lede' }, lede) : null);
}
