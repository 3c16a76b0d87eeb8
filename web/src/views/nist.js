// By control of NIST SP 800-53: what AWS provides, what is shared, what is yours, and how it stands.

import { clear, h, source, spoken } from '../dom.js';
import { bar, done, heading, status, total } from '../parts.js';
import { link, remember } from '../router.js';
import { count, listed, number } from '../text.js';

// the origination of a control, in the words of FedRAMP's workbooks → what it says of this estate
const ORIGIN = {
  Inherited: { word: 'AWS provides it', party: 'aws' },
  Shared: { word: 'Shared', party: 'shared' },
  Configured: { word: 'You configure it', party: 'customer' },
  Provided: { word: 'You provide it', party: 'customer' },
  Not: { word: 'Not applicable', party: 'none' },
};

export function originOf(control) {
  return ORIGIN[control.origination.split(' ')[0]] ?? ORIGIN.Not;
}

export function countsOf(model, control) {
  return Object.fromEntries(model.statuses.map((each, place) => [each, control.counts[place]]));
}

export default {
  id: 'nist',
  nav: 'NIST 800-53',
  when: (model) => model.raw.nist.controls.length > 0,
  render(model, root, route) {
    const query = { ...route.query };
    const all = model.raw.nist.controls;
    const list = h('div', { class: 'nist-list' });
    const result = h('p', { class: 'result', role: 'status' });
    const origins = [...new Set(all.map((each) => originOf(each).word))];
    const statuses = [...new Set(all.map((each) => model.statuses[each.status]))];
    const families = [...new Set(all.map((each) => each.id.slice(0, 2)))];
    const search = h('input', { type: 'search', id: 'f-q', value: query.q ?? '', placeholder: 'AC-6, boundary, …', autocomplete: 'off', on: { input: () => { query.q = search.value.trim(); update(); } } });
    root.append(
      heading([model.raw.nist.title], ['Which controls AWS provides, which you share, and which are yours, as this estate has them. ', source(model.raw.nist.source, 'The publication')]),
      h('form', { class: 'filters', 'aria-label': 'Filters', on: { submit: (event) => event.preventDefault() } },
        h('div', { class: 'field wide' }, h('label', { for: 'f-q' }, 'Search'), search),
        select('family', 'Family', families.map((each) => [each, `${each} ${model.raw.nist.families[each] ?? ''}`]), query, update),
        select('origin', 'Origination', origins.map((each) => [each, each]), query, update),
        select('status', 'Status', statuses.map((each) => [each, each.replace('-', ' ')]), query, update)),
      h('div', { class: 'result-row' }, result), list);
    update();

    function update() {
      remember('nist', query);
      const words = (query.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
      const kept = all.filter((each) => (!query.family || each.id.startsWith(query.family))
        && (!query.origin || originOf(each).word === query.origin)
        && (!query.status || model.statuses[each.status] === query.status)
        && words.every((word) => `${each.id} ${each.title}`.toLowerCase().includes(word)));
      clear(result, h('b', null, count(kept.length, 'control')), ` of ${number(all.length)}`);
      clear(list, kept.length ? byFamily(model, kept, query.open) : h('p', { class: 'vt-empty' }, 'No control matches. Take a filter away.'));
    }
  },
};

function select(key, label, options, query, update) {
  const element = h('select', { id: `f-${key}`, on: { change: () => { query[key] = element.value; update(); } } }, h('option', { value: '' }, 'all'), options.map(([value, text]) => h('option', { value }, text)));
  element.value = query[key] ?? '';
  return h('div', { class: 'field' }, h('label', { for: `f-${key}` }, label), element);
}

function byFamily(model, controls, open) {
  const families = new Map();
  for (const each of controls) {
    const name = each.id.slice(0, 2);
    if (!families.has(name)) families.set(name, []);
    families.get(name).push(each);
  }
  return [...families].map(([name, list]) => h('section', { class: 'panel family' },
    h('h2', null, h('span', { class: 'mono' }, name), ' ', model.raw.nist.families[name] ?? ''), list.map((each) => entry(model, each, each.id === open))));
}

function entry(model, each, open) {
  const counts = countsOf(model, each);
  const origin = originOf(each);
  const whole = total(counts);
  const box = h('details', { class: 'nist', open, id: `nist-${each.id}` },
    h('summary', null,
      h('span', { class: 'mono nist-id' }, each.id), h('span', { class: 'nist-title' }, each.title || '(no such control in the publication)'),
      h('span', { class: `party p-${origin.party}` }, origin.word), status(model.statuses[each.status]),
      h('span', { class: 'nist-bar' }, bar(counts), whole ? h('span', { class: 'soft' }, `${number(done(counts))}/${number(whole)}`, spoken(' done')) : null)));
  const fill = () => {
    if (box.dataset.filled) return;
    box.dataset.filled = 'yes';
    box.append(body(model, each));
  };
  if (open) fill();
  box.addEventListener('toggle', fill);
  return box;
}

function body(model, each) {
  const links = each.responsibilities.map((place) => model.responsibilities[place]);
  return h('div', { class: 'nist-body' },
    h('div', { class: 'nist-halves' }, half(model, 'aws', 'AWS provides', each.aws), half(model, 'customer', 'You do', each.customer)),
    h('p', { class: 'soft' }, 'FedRAMP’s workbooks would say: ', each.origination, each.undecided ? `. Of ${count(each.undecided, 'duty', 'duties')} it is not known whose ${each.undecided === 1 ? 'it is' : 'they are'}.` : '.'),
    links.length ? h('p', null, 'Duties: ', links.map((one, place) => [place ? ' · ' : '', h('a', { href: link('duties', { responsibility: one.id }) }, one.title)])) : null,
    each.controls.length ? h('p', null, `${count(each.controls.length, 'control')} of Demarcate bear${each.controls.length === 1 ? 's' : ''} on it: `, each.controls.map((one, place) => [place ? ', ' : '', h('a', { class: 'mono', href: link('duties', { q: one }) }, one)])) : null);
}

function half(model, party, title, sentences) {
  if (!sentences.length) return h('div', { class: `half b-${party}` }, h('h3', null, title), h('p', { class: 'soft' }, party === 'aws' ? 'Nothing of this control.' : 'Nothing: all of it is AWS’s.'));
  return h('div', { class: `half b-${party}` }, h('h3', null, title), h('ul', null, sentences.map(([text, offerings]) => {
    const names = offerings.map((each) => model.offerings[each].title);
    return h('li', null, model.text(text), ' ', h('span', { class: 'soft', title: names.join(', ') }, names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : listed(names)));
  })));
}
