// One resource (or account, or organisation): its stack with the line, each duty with its findings and settings, and
// what it is connected to.

import { append, h, shown, source } from '../dom.js';
import { bar, done, fact, heading, percent, sentence, status, subjectLink, total, where } from '../parts.js';
import { dutyEntry } from '../duty.js';
import { neighbourhood } from '../neighbourhood.js';
import { link } from '../router.js';
import { count, number } from '../text.js';
import { GROUP, MODEL, PARTY, ROLE, title } from '../words.js';

export default {
  id: 'resource',
  nav: '',
  under: 'resources',
  render(model, root, route) {
    const row = model.rowOfId(route.arg);
    if (row < 0) {
      root.append(heading('No such resource'), h('p', null, 'The report has nothing called ', shown(route.arg), '. ', h('a', { href: link('resources') }, 'All resources')));
      return;
    }
    const duties = [];
    for (let c = 0; c < model.width; c++) if (model.has(row * model.width + c)) duties.push(row * model.width + c);
    const counts = model.tally(duties);
    const resource = model.isResource(row) ? model.resource(row) : null;
    root.append(
      head(model, row, resource, counts),
      h('div', { class: 'resource-body' },
        h('div', { class: 'resource-side' }, stack(model, row), resource ? connectionsPart(model, row) : null),
        h('div', { class: 'resource-main' }, beside(model, row, duties, route.query.r))),
    );
    const chosen = route.query.r && document.getElementById(`duty-${route.query.r}`);
    if (chosen) {
      chosen.open = true;
      setTimeout(() => {
        chosen.scrollIntoView({ block: 'start' });
        chosen.querySelector('summary').focus({ preventScroll: true });
      });
    }
  },
};

function head(model, row, resource, counts) {
  const offering = model.offeringOf(row);
  const box = heading(shown(model.nameOf(row)));
  const crumbs = h('p', { class: 'crumbs' }, h('a', { href: link('resources') }, 'Resources'), ' / ', resource ? shown(resource.type) : shown(model.subject(row).scope));
  box.prepend(crumbs);
  const whole = total(counts);
  append(box, [
    h('p', { class: 'lede' }, whole ? [h('b', null, percent(done(counts), whole)), ` of its ${count(whole, 'duty', 'duties')} on your side shown to be done: ${sentence(counts)}.`] : 'Nothing of it is yours.'),
    bar(counts),
    h('dl', { class: 'facts' },
      fact('Offering', h('span', null, offering.title, ' ', source(offering.source, 'documentation'))),
      offering.model ? fact('Service model', MODEL[offering.model] ?? offering.model) : null,
      resource ? facts(model, resource) : null),
    resource?.candidates.length ? h('p', { class: 'notice' }, h('b', null, 'Which offering it is, is not known. '), `It may be ${resource.candidates.map((each) => each.title).join(' or ')}; taken is the one that leaves most to you. `, resource.why ? shown(resource.why) : null) : null,
    resource?.uncertain ? h('p', { class: 'notice' }, h('b', null, 'It may not exist at all. '), shown(resource.uncertain)) : null,
  ]);
  return box;
}

function facts(model, each) {
  return [
    fact('Role', ROLE[each.role] ?? title(each.role)),
    fact('Declared in', where(model, each.file, each.line)),
    each.construct ? fact('Construct', shown(each.construct)) : null,
    each.code ? fact('Your code', shown(each.code)) : null,
    each.action ? fact('The plan', each.action === 'no-op' ? 'leaves it as it is' : `${each.action}s it`) : null,
    each.account !== 'unspecified' ? fact('Account', shown(each.account)) : null,
    each.region !== 'unspecified' ? fact('Region', shown(each.region)) : null,
    each.holds ? fact('Holds', shown(each.holds)) : null,
    each.holds ? fact('Classification', each.classification ? shown(each.classification) : 'nobody has said') : null,
    each.of.length ? fact('A setting of', each.of.map((other, number_) => [number_ ? ', ' : '', subjectLink(model, other)])) : null,
  ];
}

// the stack -----------------------------------------------------------------------------------------------------------

function stack(model, row) {
  const offering = model.offeringOf(row);
  const layers = model.responsibilities.map((each, place) => ({ ...each, place })).filter((each) => each.layer !== null && model.has(row * model.width + each.place)).sort((a, b) => b.layer - a.layer);
  if (!layers.length) return null;
  const height = layers.find((each) => each.id === offering.boundary)?.layer ?? -1;
  const rows = [];
  let drawn = false;
  for (const each of layers) {
    if (!drawn && each.layer <= height) {
      rows.push(theLine());
      drawn = true;
    }
    const duty = row * model.width + each.place;
    const name = model.statusOf(duty) === 'not-applicable' ? 'none' : model.partyOf(duty);
    rows.push(h('li', null, h('a', { class: `tower b-${name}`, href: link('resource', { r: each.id }, model.idOf(row)) },
      h('span', { class: 'name' }, each.title), h('span', { class: 'who' }, name === 'none' ? 'n/a' : PARTY[name].word), name === 'none' || name === 'aws' ? null : status(model.statusOf(duty), { word: false }))));
  }
  if (!drawn) rows.push(theLine());
  return h('section', { class: 'panel' }, h('h2', null, 'Its stack'), h('ol', { class: 'towers' }, rows), offering.because ? h('p', { class: 'soft because' }, offering.because) : null);
}

function theLine() {
  return h('li', { class: 'tower-line' }, h('span', null, h('span', { class: 'vh' }, 'The line: '), 'yours above, AWS’s below'));
}

// duties --------------------------------------------------------------------------------------------------------------

function beside(model, row, duties, wanted) {
  const groups = new Map();
  const idle = [];
  for (const duty of duties) {
    const name = model.statusOf(duty);
    if (name === 'not-applicable' || (name === 'inherited' && model.partyOf(duty) === 'aws')) {
      idle.push(duty);
      continue;
    }
    const group = model.responsibilityOf(duty).group;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(duty);
  }
  const sections = [...groups].map(([name, list]) => h('section', { class: 'panel' }, h('h2', null, GROUP[name] ?? title(name)), list.map((duty) => dutyEntry(model, row, duty))));
  if (idle.length) {
    const open = idle.some((duty) => model.responsibilityOf(duty).id === wanted);
    sections.push(h('details', { class: 'panel idle', open }, h('summary', null, h('h2', null, `AWS’s, or not applicable: ${number(idle.length)}`)), idle.map((duty) => dutyEntry(model, row, duty))));
  }
  return sections;
}

function connectionsPart(model, row) {
  const { into, out } = model.connectionsOf(row);
  if (!into.length && !out.length) return h('section', { class: 'panel' }, h('h2', null, 'Connections'), h('p', { class: 'soft' }, 'None was found in what was read.'));
  return h('section', { class: 'panel' },
    h('div', { class: 'title-row' }, h('h2', null, 'Connections'), h('a', { href: link('connections', { focus: model.idOf(row) }) }, 'In the graph')),
    neighbourhood(model, row, into, out));
}
