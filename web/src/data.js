// The report's data: columns out of the page, and the questions that views ask of them.

import { STATUS_ORDER } from './words.js';

const NONE = 255;
/** The severity of a duty on which no finding stands. */
export const NO_SEVERITY = 9;

/** The model of the data that the page holds. */
export async function load() {
  const element = document.getElementById('report-data');
  const text = element.dataset.form === 'deflate' ? await inflate(element.textContent) : element.textContent;
  element.remove();
  return new Model(JSON.parse(text));
}

async function inflate(base64) {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).text();
}

export class Model {
  constructor(raw) {
    Object.assign(this, {
      raw, strings: raw.strings, tool: raw.tool, summary: raw.summary, responsibilities: raw.responsibilities,
      offerings: raw.offerings, controls: raw.controls, connections: raw.connections, findings: raw.findings,
      parties: raw.parties, statuses: raw.statuses, severities: raw.severities, outcomes: raw.outcomes,
    });
    this.width = raw.responsibilities.length;
    this.size = raw.resources.id.length;
    this.rows = raw.duties.row.length;
    this.statusOrder = STATUS_ORDER.map((each) => raw.statuses.indexOf(each));
    this.statusRank = Uint8Array.from(raw.statuses, (each) => STATUS_ORDER.indexOf(each));
    this.readDuties();
    this.readFindings();
    this.byId = null;
  }

  text(place) {
    return this.strings[place];
  }

  readDuties() {
    const { row, rows } = this.raw.duties;
    const total = this.rows * this.width;
    this.party = new Uint8Array(total).fill(NONE);
    this.status = new Uint8Array(total).fill(NONE);
    const kinds = this.statuses.length;
    let number = 0;
    for (let r = 0; r < this.rows; r++) {
      const letters = rows[row[r]];
      for (let c = 0; c < this.width; c++) {
        const code = letters.charCodeAt(c) - 65;
        if (letters[c] === '_') continue;
        this.party[r * this.width + c] = Math.floor(code / kinds);
        this.status[r * this.width + c] = code % kinds;
        number++;
      }
    }
    this.duties = new Int32Array(number);
    let next = 0;
    for (let d = 0; d < total; d++) if (this.status[d] !== NONE) this.duties[next++] = d;
  }

  readFindings() {
    const found = this.findings;
    const number = found.control.length;
    this.worst = new Uint8Array(this.rows * this.width).fill(NO_SEVERITY);
    this.firstOf = new Int32Array(this.rows * this.width + 1);
    this.dutyOf = new Int32Array(number);
    const [bad, unknown] = [this.outcomes.indexOf('not-satisfied'), this.outcomes.indexOf('unknown')];
    for (let f = 0; f < number; f++) {
      const d = found.duty[f] * this.width + found.responsibility[f];
      this.dutyOf[f] = d;
      this.firstOf[d + 1]++;
      const counts = found.outcome[f] === unknown || (found.outcome[f] === bad && !(f in found.accepted));
      if (counts && found.severity[f] < this.worst[d]) this.worst[d] = found.severity[f];
    }
    for (let d = 0; d < this.rows * this.width; d++) this.firstOf[d + 1] += this.firstOf[d];
    this.inOrder = new Int32Array(number);
    const next = this.firstOf.slice();
    for (let f = 0; f < number; f++) this.inOrder[next[this.dutyOf[f]]++] = f;
  }

  /** The findings of a duty, what is not satisfied first, then by severity. */
  findingsOf(duty) {
    const list = [...this.inOrder.subarray(this.firstOf[duty], this.firstOf[duty + 1])];
    return list.sort((a, b) => this.findingRank(a) - this.findingRank(b) || a - b);
  }

  findingRank(f) {
    const outcome = this.outcomes[this.findings.outcome[f]];
    const first = outcome === 'not-satisfied' ? (f in this.findings.accepted ? 2 : 0) : outcome === 'unknown' ? 1 : 3;
    return first * 10 + this.findings.severity[f];
  }

  rowOf(duty) {
    return Math.floor(duty / this.width);
  }

  responsibilityOf(duty) {
    return this.responsibilities[duty % this.width];
  }

  statusOf(duty) {
    return this.statuses[this.status[duty]];
  }

  partyOf(duty) {
    return this.parties[this.party[duty]];
  }

  has(duty) {
    return this.status[duty] !== NONE;
  }

  /** Whether a row is a resource (or else an account or organisation). */
  isResource(row) {
    return row < this.size;
  }

  subject(row) {
    const [scope, name] = this.raw.subjects[row - this.size];
    return { scope, name: this.text(name) };
  }

  resource(row) {
    const columns = this.raw.resources;
    const at = (name) => this.text(columns[name][row]);
    return {
      row, id: at('id'), name: at('name'), account: at('account'), region: at('region'), role: at('role'),
      holds: at('holds'), classification: at('classification'), why: at('why'), uncertain: at('uncertain'), action: at('action'),
      file: at('file'), line: columns.line[row], construct: at('construct'), code: at('code'),
      type: this.text(this.raw.types[columns.type[row]].name), kind: this.raw.types[columns.type[row]],
      offering: this.offerings[columns.offering[row]], of: columns.of[row] ?? [],
      candidates: (columns.candidates[row] ?? []).map((each) => this.offerings[each] ?? null).filter(Boolean),
      written: columns.written[row] ?? null,
    };
  }

  /** What a row is called: the resource's name, or the account or organisation. */
  nameOf(row) {
    if (this.isResource(row)) return this.text(this.raw.resources.name[row]);
    const { scope, name } = this.subject(row);
    if (scope === 'organisation') return 'The organisation';
    return name === 'unspecified' ? 'The account' : `Account ${name}`;
  }

  idOf(row) {
    return this.isResource(row) ? this.text(this.raw.resources.id[row]) : `${this.subject(row).scope}:${this.subject(row).name}`;
  }

  /** The row of an id in a link, or -1. */
  rowOfId(id) {
    this.byId ??= new Map(Array.from({ length: this.rows }, (_, row) => [this.idOf(row), row]));
    return this.byId.get(id) ?? -1;
  }

  accountOf(row) {
    if (this.isResource(row)) return this.text(this.raw.resources.account[row]);
    return this.subject(row).scope === 'account' ? this.subject(row).name : '';
  }

  offeringOf(row) {
    return this.isResource(row) ? this.offerings[this.raw.resources.offering[row]] : this.accountOffering();
  }

  accountOffering() {
    return this.offerings.find((each) => each.id === 'account.account') ?? { id: '', title: '', service: 'account', serviceTitle: 'Account', split: [], boundary: 'none' };
  }

  typeOf(row) {
    return this.isResource(row) ? this.text(this.raw.types[this.raw.resources.type[row]].name) : '';
  }

  fileOf(row) {
    return this.isResource(row) ? this.text(this.raw.resources.file[row]) : '';
  }

  lineOf(row) {
    return this.isResource(row) ? this.raw.resources.line[row] : 0;
  }

  /** What the ledger says of an offering's responsibility: party, why, the page, and each party's half. */
  cell(offering, responsibility) {
    const found = offering.split[responsibility];
    if (!found) return null;
    const [party, reason, source, aws, customer, unverified] = found;
    return {
      party: this.parties[party], reason: this.text(reason), source: this.text(source), aws: this.text(aws),
      customer: this.text(customer), unverified: unverified === 1,
    };
  }

  finding(f) {
    const found = this.findings;
    const accepted = found.accepted[f];
    const control = this.controls[found.control[f]];
    return {
      number: f, control, row: found.subject[f], duty: this.dutyOf[f], outcome: this.outcomes[found.outcome[f]],
      severity: this.severities[found.severity[f]], message: this.text(found.message[f]),
      evidence: this.text(found.evidence[f]), file: this.text(found.file[f]), line: found.line[f],
      accepted: accepted ? { reason: this.text(accepted[0]), owner: this.text(accepted[1]), until: this.text(accepted[2]) } : null,
    };
  }

  /** Counts by status over duties that `wanted` keeps; the keys are the statuses. */
  tally(duties) {
    const counts = Object.fromEntries(this.statuses.map((each) => [each, 0]));
    for (const duty of duties) counts[this.statuses[this.status[duty]]]++;
    return counts;
  }

  /** The connections of a resource: numbers of those that come in and of those that go out. */
  connectionsOf(row) {
    if (!this.incoming) {
      this.incoming = new Map();
      this.outgoing = new Map();
      const { from, to } = this.connections;
      from.forEach((start, number) => {
        if (!this.outgoing.has(start)) this.outgoing.set(start, []);
        if (!this.incoming.has(to[number])) this.incoming.set(to[number], []);
        this.outgoing.get(start).push(number);
        this.incoming.get(to[number]).push(number);
      });
    }
    return { into: this.incoming.get(row) ?? [], out: this.outgoing.get(row) ?? [] };
  }
}
