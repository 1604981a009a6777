/** The order in which the report's JSON prints its keys: the contract's, whatever order the objects were built in. */

import type { EvidenceReport, Finding } from '../checks/finding.js';
import type {
  CaptureReport,
  Cause,
  ClockReport,
  Counts,
  Diagnosis,
  ExpectationReport,
  FlowReport,
  HeaderReport,
  HopReport,
  JourneyReport,
  LegReport,
  Note,
  ObservationReport,
  PointReport,
  RefusalReport,
  Report,
  SegmentReport,
} from '../report/report.js';

const order =
  <Type>() =>
  (...keys: (keyof Type & string)[]): readonly string[] =>
    keys;

const finding = order<Finding>()(
  'rule',
  'name',
  'severity',
  'verdict',
  'direction',
  'role',
  'point',
  'message',
  'missing',
  'evidence',
);
const leg = order<LegReport>()('disposition', 'lastSeen', 'firstMissing', 'hops');
const header = order<HeaderReport>()(
  'source',
  'destination',
  'ttl',
  'tos',
  'identification',
  'totalLength',
  'dontFragment',
  'protocol',
);
const note = order<Note>()('id', 'message', 'points');
const observation = order<ObservationReport>()(
  ...(['file', 'frame', 'time', 'point', 'sourceMac', 'destinationMac', 'vlans', 'outer', 'inner'] as const),
  ...(['capturedLength', 'wireLength', 'fragments'] as const),
);

/** Keys of an object, by the key it stands under ('' is the report itself). A key not listed follows in its own order. */
const orderUnder: Readonly<Record<string, readonly string[]>> = {
  '': order<Report>()(
    ...([
      'schema',
      'tool',
      'outcome',
      'reasons',
      'expectation',
      'captures',
      'points',
      'findings',
      'diagnoses',
    ] as const),
    ...(['notes', 'clocks', 'flows', 'counts'] as const),
  ),
  tool: ['name', 'version'],
  expectation: order<ExpectationReport>()('source', 'from', 'profile', 'tunnelMtu', 'underlayMtu', 'weaknesses'),
  captures: order<CaptureReport>()(
    ...(['file', 'format', 'compression', 'frames', 'linkTypes', 'ending', 'octetsUnread', 'damageOffset'] as const),
    ...(['damage', 'notes'] as const),
  ),
  points: order<PointReport>()(
    ...(['id', 'file', 'interface', 'linkType', 'role', 'node', 'roleFrom', 'roles', 'frames'] as const),
    ...(['firstTime', 'lastTime', 'snapLength'] as const),
  ),
  roles: ['flow', 'role'],
  findings: finding,
  evidence: order<EvidenceReport>()('file', 'frame', 'field', 'expected', 'found'),
  diagnoses: order<Diagnosis>()(
    ...([
      'id',
      'segment',
      'direction',
      'confidence',
      'message',
      'fact',
      'candidates',
      'causes',
      'next',
      'evidence',
    ] as const),
  ),
  causes: order<Cause>()('cause', 'confirm', 'command', 'where'),
  notes: note,
  clocks: order<ClockReport>()('between', 'offset', 'bound', 'exchanges', 'reason'),
  flows: order<FlowReport>()(
    ...([
      'source',
      'destination',
      'probe',
      'probes',
      'delivered',
      'replied',
      'outcome',
      'largestInner',
      'largestOuter',
    ] as const),
    ...(['segments', 'notes', 'findings', 'diagnoses', 'journeys', 'journeysOmitted'] as const),
  ),
  segments: order<SegmentReport>()(
    'segment',
    'direction',
    'from',
    'to',
    'entered',
    'arrived',
    'lost',
    'oneWay',
    'bound',
  ),
  journeys: order<JourneyReport>()('probe', 'outcome', 'request', 'reply', 'refusals', 'strays', 'findings'),
  probe: ['kind', 'source', 'destination', 'identifier', 'sequence', 'sourcePort', 'destinationPort'],
  request: leg,
  reply: leg,
  hops: order<HopReport>()('role', 'state', 'point', 'node', 'interface', 'encapsulation', 'mtu', 'observations'),
  observations: observation,
  strays: observation,
  outer: header,
  inner: header,
  fragments: ['file', 'frame', 'offset', 'length'],
  refusals: order<RefusalReport>()(
    ...([
      'file',
      'frame',
      'point',
      'role',
      'sender',
      'encapsulated',
      'type',
      'code',
      'meaning',
      'nextHopMtu',
      'quotes',
    ] as const),
  ),
  counts: order<Counts>()('pass', 'fail', 'unproven', 'notApplicable'),
};

/** A copy of plain data whose keys stand in the contract's order. */
export function inKeyOrder(value: unknown, under = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => inKeyOrder(item, under));
  if (value === null || typeof value !== 'object') return value;
  const known = orderUnder[under] ?? [];
  const source = value as Record<string, unknown>;
  const keys = [...known.filter((key) => key in source), ...Object.keys(source).filter((key) => !known.includes(key))];
  return Object.fromEntries(keys.map((key) => [key, inKeyOrder(source[key], key)]));
}
