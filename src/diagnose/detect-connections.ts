/** What only TCP and UDP show: refused connections, lengths of segments that do not come through, checksums left to hardware. */
import { isSourceSide } from '../follow/journey.js';
import { type OctetLoss, octetLosses } from '../follow/octets.js';
import { refText } from '../observe/observation.js';
import { probeWords } from '../path/probe-kinds.js';
import { segmentBetween } from '../path/segments.js';
import { findDiagnosis } from './catalogue.js';
import { segmentStage, thresholdIds } from './detect-mtu.js';
import type { Draft } from './draft.js';
import type { FlowScene } from './scene.js';
import { firstFailure, labelOf } from './words.js';

/** Options of a SYN and more: a handshake's datagrams are not longer (RFC 9293 section 3.1). */
const HANDSHAKE = 80;

export function detectConnections(scene: FlowScene, said: (...ids: string[]) => boolean): Draft[] {
  return [...refused(scene), ...octets(scene, said), ...checksums(scene)];
}

function refused(scene: FlowScene): Draft[] {
  const found = firstFailure(scene, 'IPT506');
  if (found === null) return [];
  const { request, reply } = found.journey;
  const first = reply!.hops.find((h) => h.state === 'seen')!;
  const byPod = first.role === 'destination-pod';
  const port = scene.summary.path.flow.ports & 0xffff;
  if (request.disposition === 'refused') {
    const on = isSourceSide(first.role) ? 'sender' : 'receiver';
    return [
      {
        id: 'forward-reject',
        direction: 'request',
        segment: segmentBetween(first.role, 'destination-pod'),
        confidence: 'certain',
        message: `a rule before the destination pod answers SYNs to port ${port} with a reset: the pod never saw them`,
        fact: `the reset is first seen at ${refText(first.observations[0]!)}, and neither it nor the SYN at the destination pod`,
        evidence: found.finding.evidence,
        first: findDiagnosis('connection-refused')!
          .causes.filter(({ cause }) => cause.includes('tcp-reset'))
          .map((cause) => ({ ...cause, on })),
      },
    ];
  }
  return [
    {
      id: 'connection-refused',
      direction: 'request',
      segment: byPod ? null : segmentBetween(first.role, 'destination-pod'),
      confidence: byPod || request.lastSeen?.role === 'destination-pod' ? 'certain' : 'likely',
      message: byPod
        ? `the path is right: the destination pod itself refused the connection, nothing listens on port ${port}`
        : `the connection to port ${port} was refused at or behind ${first.point!.label}`,
      fact: `the SYN was last seen at ${request.lastSeen === null ? 'no capture' : refText(request.lastSeen.observations[0]!)}, the reset first at ${refText(first.observations[0]!)}`,
      evidence: found.finding.evidence,
    },
  ];
}

function octets(scene: FlowScene, said: (...ids: string[]) => boolean): Draft[] {
  return octetLosses(scene.summary.path.octets).flatMap((loss) => ofLoss(loss, said));
}

function ofLoss(loss: OctetLoss, said: (...ids: string[]) => boolean): Draft[] {
  const { direction, before, after, shortest, longest } = loss;
  const segment = segmentBetween(before.role, after.role);
  const passed = Math.max(HANDSHAKE, after.largest);
  const base = {
    direction,
    segment,
    fact: `${loss.octets} octets in datagrams of ${shortest === longest ? shortest : `${shortest} to ${longest}`} passed ${before.point.label} again and again and never ${after.point.label}, which took datagrams of up to ${passed} octets`,
    evidence: loss.evidence,
  } as const;
  if (shortest > passed) {
    const id = thresholdIds[segmentStage(segment, direction)] ?? 'receiver-mtu-too-small';
    // Who was told the MTU by ICMP says so better.
    if (said('pmtu-reduced', 'pmtu-black-hole', id)) return [];
    return [
      {
        ...base,
        id,
        confidence: 'likely',
        message: `datagrams of ${shortest} octets and more are lost although sent again, ${passed} and less pass`,
      },
    ];
  }
  return [{ ...base, id: 'random-loss', confidence: 'possible', message: null }];
}

/** Wrong where it was sent and behind the wire: left to hardware that did not fill it in. Right before the wire: damage on it. */
function checksums(scene: FlowScene): Draft[] {
  const { kind } = scene.summary.path.flow;
  if (kind === 'icmp') return [];
  const { message: name } = probeWords(kind);
  const found = firstFailure(scene, 'IPT305', (f) => f.message.includes(name));
  if (found === null) return [];
  const leg = found.finding.direction === 'reply' ? found.journey.reply! : found.journey.request;
  const seen = leg.hops.filter((h) => h.state === 'seen').flatMap((h) => h.observations);
  if (seen[0]?.messageChecksumRight !== false) return [];
  return [
    {
      id: 'checksum-offload-fault',
      direction: found.finding.direction,
      segment: 'S23-S45',
      confidence: found.journey.reply === null ? 'certain' : 'likely',
      message: `the ${name} checksum is wrong on the wire, so the receiver drops it: nothing filled in what ${seen[0].point.label} left open`,
      fact: `the ${name} checksum is wrong from ${refText(seen[0])} to ${labelOf(scene, found.finding)}, behind the wire`,
      evidence: found.finding.evidence,
    },
  ];
}
