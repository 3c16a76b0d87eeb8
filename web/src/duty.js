// One duty on a resource's page: whose, why, the findings that decide it, and the settings that bear on it.

import { h, shown, source, spoken } from './dom.js';
import { party, severity, status, where } from './parts.js';
import { count, number, visible } from './text.js';
import { OUTCOME } from './words.js';
import { evidence } from './evidence.js';
import { knobs } from './knobs.js';

export function dutyEntry(model, row, duty) {
  const each = model.responsibilityOf(duty);
  const findings = model.findingsOf(duty).map((f) => model.finding(f));
  const name = model.statusOf(duty);
  const bad = findings.filter((one) => one.outcome === 'not-satisfied' && !one.accepted).length;
  const summary = findings.length ? (bad ? `${number(bad)} of ${count(findings.length, 'control')} not satisfied` : count(findings.length, 'control')) : '';
  const entry = h('details', { class: `duty d-${name}`, id: `duty-${each.id}`, open: name === 'not-satisfied' || name === 'unknown' },
    h('summary', null, status(name), h('span', { class: 'duty-name' }, each.title), party(model.partyOf(duty)), h('span', { class: 'soft duty-note' }, summary)));
  // a closed entry is filled when it is opened: most stay closed, and the page of a resource is then there at once
  const fill = () => {
    if (entry.dataset.filled) return;
    entry.dataset.filled = 'yes';
    entry.append(h('div', { class: 'duty-body' }, reasons(model, row, duty, name), findings.map((one) => findingEntry(model, one, row)), knobs(model, row, duty, findings)));
  };
  if (entry.open) fill();
  entry.addEventListener('toggle', fill);
  entry.querySelector('summary').addEventListener('click', fill);
  return entry;
}

function reasons(model, row, duty, name) {
  const place = duty % model.width;
  const said = model.cell(model.offeringOf(row), place);
  if (name === 'not-applicable') {
    const reason = model.isResource(row) ? model.resource(row).kind.reasons[place] : undefined;
    return h('p', null, reason === undefined ? 'Such a resource cannot have it.' : model.text(reason));
  }
  if (!said) return null;
  return [
    h('p', { class: 'definition' }, model.responsibilityOf(duty).definition),
    h('dl', { class: 'halves-list' },
      said.customer ? [h('dt', { class: 'p-customer' }, 'You'), h('dd', null, said.customer)] : null,
      said.aws ? [h('dt', { class: 'p-aws' }, 'AWS'), h('dd', null, said.aws)] : null,
      said.reason ? [h('dt', null, 'Why'), h('dd', null, said.reason, ' ', source(said.source), said.unverified ? h('span', { class: 'soft' }, ' (the page could not be confirmed)') : null)] : null),
    name === 'open' ? h('p', { class: 'soft' }, 'No control decides this yet: it stays open until a control, or a person, shows it to be done.') : null,
  ];
}

function findingEntry(model, each, row) {
  const control = each.control;
  const text = (key) => (control[key] ? model.text(control[key]) : '');
  const outcome = each.accepted && each.outcome === 'not-satisfied' ? 'accepted' : OUTCOME[each.outcome].status;
  const quiet = each.outcome === 'satisfied';
  const ids = Object.entries(control.frameworks ?? {}).map(([name, list]) => h('li', null, h('span', { class: 'soft' }, `${model.raw.frameworks[name] ?? name} `), list.join(', ')));
  const more = [
    evidence(each.evidence, visible(control.id)),
    each.accepted ? h('p', { class: 'notice' }, h('b', null, 'Accepted: '), shown(each.accepted.reason), each.accepted.owner ? [' by ', shown(each.accepted.owner)] : null, each.accepted.until ? [' until ', shown(each.accepted.until)] : null) : null,
    text('why') ? h('p', null, h('b', null, 'Why it matters '), text('why')) : null,
    !quiet && text('fix') ? h('p', null, h('b', null, 'Fix '), text('fix')) : null,
    quiet ? null : written(text, model.isResource(row) && TERRAFORM.test(model.nameOf(row))),
    ids.length ? h('details', { class: 'frameworks' }, h('summary', null, 'In frameworks'), h('ul', null, ids)) : null,
  ];
  const head = [
    h('span', { class: `mark st-${outcome}`, 'aria-hidden': 'true' }, { satisfied: '✓', 'not-satisfied': '✕', unknown: '?', accepted: '~' }[outcome] ?? '–'),
    spoken(`${OUTCOME[each.outcome].word}: `),
    h('span', { class: 'finding-title' }, titleOf(each, quiet, text('title'))),
    quiet ? null : severity(each.severity),
  ];
  const foot = h('p', { class: 'soft finding-foot' }, shown(control.id, { class: 'mono' }), ' ', where(model, each.file, each.line), ' ', control.source ? source(text('source')) : null, each.row !== row ? ' on another resource of this account' : null);
  if (quiet) return h('details', { class: `finding o-${outcome}` }, h('summary', null, head), h('div', { class: 'finding-body' }, more, foot));
  return h('article', { class: `finding o-${outcome}` }, h('div', { class: 'finding-head' }, head), h('div', { class: 'finding-body' }, foot, more));
}

/** What is said of a finding; values that the evidence beneath repeats are left to it. */
function titleOf(each, quiet, title) {
  if (quiet && title) return title;
  const values = each.evidence && title && each.message.startsWith(`${title}: not so, `);
  return values ? `${title}: not so` : shown(each.message);
}

/** A Terraform address, as against the name of another tool's resource. */
const TERRAFORM = /(?:^|\.)aws(?:cc)?_\w+\./;

/** How the fix is written: first in the language that the resource is declared in. */
function written(text, terraform) {
  const found = [text('snippet') ? snippet('CloudFormation', text('snippet')) : null, text('terraform') ? snippet('Terraform', text('terraform')) : null];
  return terraform ? found.reverse() : found;
}

function snippet(title, text) {
  return h('details', { class: 'snippet' }, h('summary', null, `How it is written in ${title}`), h('pre', { tabindex: '0' }, h('code', null, text)));
}
