// How parties, statuses, outcomes and severities are called and marked, everywhere on the page.

export const PARTY = {
  aws: { word: 'AWS', whose: 'AWS’s', letter: 'A' },
  customer: { word: 'You', whose: 'yours', letter: 'Y' },
  shared: { word: 'Shared', whose: 'shared', letter: 'S' },
};

export const STATUS = {
  'not-satisfied': { word: 'Not done', mark: '✕', meaning: 'a control finds it not done' },
  unknown: { word: 'Undecided', mark: '?', meaning: 'what was read cannot tell' },
  open: { word: 'Open', mark: '○', meaning: 'yours or shared, and nothing decides it yet' },
  accepted: { word: 'Accepted', mark: '~', meaning: 'not done, and lived with for a stated reason' },
  attested: { word: 'Attested', mark: '◆', meaning: 'a person says so' },
  satisfied: { word: 'Done', mark: '✓', meaning: 'controls find it done' },
  inherited: { word: 'AWS does it', mark: '·', meaning: 'AWS’s' },
  'not-applicable': { word: 'Not applicable', mark: '–', meaning: 'such a resource cannot have it' },
};

/** Worst first; the order in which bars and filters show them. */
export const STATUS_ORDER = Object.keys(STATUS);
/** The statuses of what the customer has to do. */
export const YOURS = ['not-satisfied', 'unknown', 'open', 'accepted', 'attested', 'satisfied'];
export const DONE = ['satisfied', 'attested'];

export const OUTCOME = {
  satisfied: { word: 'Satisfied', status: 'satisfied' },
  'not-satisfied': { word: 'Not satisfied', status: 'not-satisfied' },
  unknown: { word: 'Undecided', status: 'unknown' },
  'not-applicable': { word: 'Not applicable', status: 'not-applicable' },
};

export const MODEL = {
  iaas: 'infrastructure as a service',
  paas: 'platform as a service',
  saas: 'software as a service',
};

export const GROUP = {
  infrastructure: 'Infrastructure', platform: 'Platform', workload: 'Workload', resilience: 'Resilience',
  network: 'Network', data: 'Data', access: 'Access', detection: 'Detection', governance: 'Governance',
};

export const ROLE = {
  edge: 'Edge', network: 'Network', compute: 'Compute', messaging: 'Messaging', 'data-store': 'Data stores',
  key: 'Keys', identity: 'Identities', management: 'Management', setting: 'Settings',
};

/** A word for an id that the page has no name for. */
export function title(id) {
  const text = id.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
