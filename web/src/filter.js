// Which duties a view's choices keep, and in what order.

import { NO_SEVERITY } from './data.js';
import { YOURS } from './words.js';

/** The duties that `query` keeps, sorted as it says. */
export function filtered(model, query) {
  const tests = testsOf(model, query);
  const kept = model.duties.filter((duty) => tests.every((each) => each(duty)));
  return sorted(model, kept, query);
}

function set(text) {
  return new Set(text.split(','));
}

function testsOf(model, query) {
  const { width } = model;
  const tests = [];
  const onRow = (wanted) => {
    const rows = new Uint8Array(model.rows);
    for (let row = 0; row < model.rows; row++) rows[row] = wanted(row) ? 1 : 0;
    tests.push((duty) => rows[Math.floor(duty / width)] === 1);
  };
  const onColumn = (wanted) => {
    const columns = model.responsibilities.map(wanted);
    tests.push((duty) => columns[duty % width]);
  };
  if (query.status !== 'any') {
    const names = query.status ? set(query.status) : new Set(YOURS);
    const wanted = model.statuses.map((each) => names.has(each));
    tests.push((duty) => wanted[model.status[duty]]);
  }
  if (query.party) {
    const wanted = model.parties.map((each) => set(query.party).has(each));
    tests.push((duty) => wanted[model.party[duty]]);
  }
  if (query.responsibility) onColumn((each) => set(query.responsibility).has(each.id));
  if (query.account) onRow((row) => model.accountOf(row) === query.account);
  if (query.subject) onRow((row) => model.idOf(row) === query.subject);
  if (query.service) onRow((row) => model.offeringOf(row).service === query.service);
  if (query.offering) {
    const wanted = set(query.offering);
    onRow((row) => model.isResource(row) && wanted.has(model.offeringOf(row).id));
  }
  if (query.severity) {
    const wanted = set(query.severity);
    tests.push((duty) => model.worst[duty] !== NO_SEVERITY && wanted.has(model.severities[model.worst[duty]]));
  }
  if (query.framework) tests.push(frameworkTest(model, query.framework));
  if (query.q) tests.push(searchTest(model, query.q));
  return tests;
}

/** Duties that a framework names: those with a finding of a control of it, and for NIST those of its responsibilities. */
function frameworkTest(model, framework) {
  const marked = new Uint8Array(model.rows * model.width);
  const of = model.controls.map((each) => Boolean(each.frameworks?.[framework]));
  model.dutyOf.forEach((duty, f) => {
    if (of[model.findings.control[f]]) marked[duty] = 1;
  });
  const named = framework === 'nist-800-53-r5' ? model.responsibilities.map((each) => each.nist.length > 0) : [];
  return (duty) => marked[duty] === 1 || named[duty % model.width] === true;
}

/** Full text: each word stands in the resource, the responsibility or one of the duty's findings. */
function searchTest(model, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean).map((each) => hits(model, each));
  return (duty) => words.every(({ rows, columns, duties }) => rows[Math.floor(duty / model.width)] === 1 || columns[duty % model.width] || duties[duty] === 1);
}

function hits(model, word) {
  const rowTexts = (model.rowTexts ??= Array.from({ length: model.rows }, (_, row) => textOf(model, row)));
  const inStrings = new Uint8Array(model.strings.length);
  const lower = (model.lowerStrings ??= model.strings.map((each) => each.toLowerCase()));
  lower.forEach((each, place) => {
    if (each.includes(word)) inStrings[place] = 1;
  });
  const controls = model.controls.map((each) => each.id.includes(word) || Object.values(each.frameworks ?? {}).some((ids) => ids.some((id) => id.toLowerCase() === word)));
  const duties = new Uint8Array(model.rows * model.width);
  const { message, evidence, control } = model.findings;
  model.dutyOf.forEach((duty, f) => {
    if (inStrings[message[f]] || inStrings[evidence[f]] || controls[control[f]]) duties[duty] = 1;
  });
  return {
    rows: Uint8Array.from(rowTexts, (each) => (each.includes(word) ? 1 : 0)),
    columns: model.responsibilities.map((each) => `${each.id} ${each.title}`.toLowerCase().includes(word)),
    duties,
  };
}

function textOf(model, row) {
  const offering = model.offeringOf(row);
  return [model.idOf(row), model.nameOf(row), model.typeOf(row), model.accountOf(row), model.fileOf(row), offering.id, offering.title, offering.serviceTitle].join('\n').toLowerCase();
}

// sorting -------------------------------------------------------------------------------------------------------------

/** The order of each column: a function from a duty to a number or text. */
function keysOf(model) {
  const texts = (value) => {
    const known = new Map();
    return (duty) => {
      const row = model.rowOf(duty);
      if (!known.has(row)) known.set(row, value(row));
      return known.get(row);
    };
  };
  return {
    status: (duty) => model.statusRank[model.status[duty]],
    severity: (duty) => model.worst[duty],
    responsibility: (duty) => duty % model.width,
    resource: texts((row) => model.nameOf(row).toLowerCase()),
    offering: texts((row) => model.offeringOf(row).id),
    place: texts((row) => `${model.fileOf(row)}\n${String(model.lineOf(row)).padStart(8, '0')}`),
  };
}

function sorted(model, duties, query) {
  const key = keysOf(model)[query.sort] ? query.sort : 'severity';
  const primary = keysOf(model)[key];
  const status = keysOf(model).status;
  const turn = query.down === '1' ? -1 : 1;
  const values = new Map();
  for (const duty of duties) values.set(duty, primary(duty));
  const compare = (a, b) => {
    const [x, y] = [values.get(a), values.get(b)];
    if (x !== y) return (x < y ? -1 : 1) * turn;
    return status(a) - status(b) || a - b;
  };
  return Array.from(duties).sort(compare);
}
