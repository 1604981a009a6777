/** Journeys, hops and sightings as the report's plain data. */

import type { Finding, Outcome } from '../checks/finding.js';
import { addressText } from '../decode/address.js';
import { errorMeaning } from '../follow/icmp-meaning.js';
import type { Hop, Journey, Leg } from '../follow/journey.js';
import type { Assignment } from '../follow/places/assign.js';
import { type ErrorSighting, type Ipv4Header, type Observation, timeText } from '../observe/observation.js';
import { probeFields } from '../path/probe-kinds.js';
import type {
  HeaderReport,
  HopReport,
  HopReportState,
  JourneyReport,
  LegReport,
  ObservationReport,
  RefusalReport,
} from './report.js';

export function journeyReport(journey: Journey, outcome: Outcome, findings: readonly Finding[]): JourneyReport {
  const { key } = journey.probe;
  return {
    probe: {
      source: addressText(key.source),
      destination: addressText(key.destination),
      ...probeFields(journey.path.flow.kind, key),
    },
    outcome,
    request: legReport(journey.request),
    reply: journey.reply === null ? null : legReport(journey.reply),
    refusals: journey.refusals.map((e) => refusalReport(e, journey.path.assignments)),
    strays: journey.strays.map(observationReport),
    findings,
  };
}

function legReport(leg: Leg): LegReport {
  return {
    disposition: leg.disposition,
    lastSeen: leg.lastSeen?.role ?? null,
    firstMissing: leg.firstMissing?.role ?? null,
    hops: leg.hops.map(
      (hop): HopReport => ({
        role: hop.role,
        state: stateOf(leg, hop),
        point: hop.point?.id ?? null,
        node: hop.node,
        interface: hop.facts.interfaceName?.value ?? hop.point?.interfaceName ?? null,
        encapsulation: hop.observations[0]?.encapsulation ?? null,
        mtu: hop.mtu,
        observations: hop.observations.map(observationReport),
      }),
    ),
  };
}

const broken: ReadonlySet<Leg['disposition']> = new Set(['lost', 'refused', 'misrouted']);

function stateOf(leg: Leg, hop: Hop): HopReportState {
  if (hop.state !== 'absent' || leg.firstMissing === null || !broken.has(leg.disposition)) return hop.state;
  if (hop === leg.firstMissing) return 'lost-before';
  return leg.hops.indexOf(hop) > leg.hops.indexOf(leg.firstMissing) ? 'beyond' : 'absent';
}

function observationReport(o: Observation): ObservationReport {
  return {
    file: o.ref.file,
    frame: o.ref.frame,
    time: timeText(o),
    point: o.point.id,
    sourceMac: o.ethernet?.source ?? o.linkSource,
    destinationMac: o.ethernet?.destination ?? null,
    vlans: o.vlans,
    outer: o.outer === null ? null : headerReport(o.outer),
    inner: headerReport(o.inner),
    capturedLength: o.capturedLength,
    wireLength: o.wireLength,
    fragments: o.fragments,
  };
}

function headerReport(h: Ipv4Header): HeaderReport {
  return {
    source: addressText(h.source),
    destination: addressText(h.destination),
    ttl: h.timeToLive,
    tos: h.typeOfService,
    identification: h.identification,
    totalLength: h.totalLength,
    dontFragment: h.dontFragment,
    protocol: h.protocol,
  };
}

function refusalReport(e: ErrorSighting, assignments: readonly Assignment[]): RefusalReport {
  return {
    file: e.ref.file,
    frame: e.ref.frame,
    point: e.point.id,
    role: assignments.find((a) => a.point === e.point)?.role ?? null,
    sender: addressText(e.sender),
    encapsulated: e.outer !== null,
    type: e.type,
    code: e.code,
    meaning: errorMeaning(e.type, e.code),
    nextHopMtu: e.type === 3 && e.code === 4 ? e.nextHopMtu : null,
    quotes: e.quotedOuter === null ? 'inner' : 'outer',
  };
}
