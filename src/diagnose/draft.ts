/** Builds one diagnosis from its catalogue entry, with the scene of the direction it concerns. */

import type { EvidenceReport } from '../checks/finding.js';
import { addressText } from '../decode/address.js';
import type { FlowPath } from '../follow/journey.js';
import { isTunnel } from '../follow/journey.js';
import { baseName } from '../follow/point-name.js';
import type { FrameRef } from '../observe/observation.js';
import type { Direction } from '../path/roles.js';
import type { Diagnosis } from '../report/report.js';
import { findDiagnosis } from './catalogue.js';
import type { CauseText, Scene } from './text.js';

export interface Draft {
  readonly id: string;
  readonly direction: Direction | null;
  readonly segment: string | null;
  readonly confidence: Diagnosis['confidence'];
  /** What exactly is wrong here; null: the catalogue's summary. */
  readonly message: string | null;
  readonly fact: string;
  readonly evidence: readonly (FrameRef & Partial<EvidenceReport>)[];
  /** Causes that go before or replace the catalogue's order. */
  readonly first?: readonly CauseText[];
  /** Causes of the catalogue that these captures rule out. */
  readonly without?: RegExp;
  /** The address that the commands are about, when the path's own facts do not name it. */
  readonly peer?: string;
  /** The machines to look at, when the path does not name them. */
  readonly machines?: { readonly sender?: string; readonly receiver?: string };
}

export function sceneOf(path: FlowPath | null, direction: Direction | null): Scene {
  const name = (side: 'source' | 'destination'): string => {
    const known = path?.nodes[side];
    const point = path?.assignments.find((a) => {
      const sourceSide = a.role === 'encapsulator-tunnel' || a.role === 'encapsulator-underlay';
      const destinationSide = a.role === 'decapsulator-tunnel' || a.role === 'decapsulator-underlay';
      return side === 'source' ? sourceSide : destinationSide;
    });
    const machine = point === undefined ? null : `the machine of ${baseName(point.point.file)}`;
    if (known) return machine === null ? known : `${known} (${machine})`;
    return machine ?? `the ${side} node`;
  };
  const address = (side: 'source' | 'destination'): string => {
    const facts = path?.facts;
    const role = side === 'source' ? 'encapsulator-underlay' : 'decapsulator-underlay';
    const fact = facts?.request[role]?.[side === 'source' ? 'outerSource' : 'outerDestination'];
    if (fact !== undefined) return addressText(fact.value);
    if (path?.outerSeen) return addressText(path.outerSeen[side]);
    const known = path?.nodes[side];
    return known && /^\d+\.\d+\.\d+\.\d+$/.test(known) ? known : '<address of the peer node>';
  };
  const back = direction === 'reply';
  const flow = path?.flow;
  const pods = flow === undefined ? ['<pod>', '<pod>'] : [addressText(flow.source), addressText(flow.destination)];
  const calico = path?.profile.startsWith('calico') ?? false;
  const device = path?.assignments.find((a) => a.role !== null && isTunnel(a.role) && a.point.interfaceName !== null);
  return {
    sender: name(back ? 'destination' : 'source'),
    receiver: name(back ? 'source' : 'destination'),
    senderPod: pods[back ? 1 : 0]!,
    receiverPod: pods[back ? 0 : 1]!,
    senderNode: address(back ? 'destination' : 'source'),
    receiverNode: address(back ? 'source' : 'destination'),
    tunnel: device?.point.interfaceName ?? (calico ? 'tunl0' : 'flannel.ipip'),
    tunnelMtu: path?.tunnelMtu.value ?? 0,
    underlayMtu: path?.underlayMtu.value ?? 1500,
    filter: calico ? 'iptables -L cali-FORWARD -vn' : 'iptables -L FLANNEL-FWD -vn',
  };
}

export function finishDiagnosis(draft: Draft, path: FlowPath | null): Diagnosis {
  const text = findDiagnosis(draft.id)!;
  const named = sceneOf(path, draft.direction);
  const scene = {
    ...named,
    ...(draft.peer === undefined ? {} : { receiverNode: draft.peer }),
    ...draft.machines,
  };
  const where: Record<CauseText['on'], string> = {
    sender: scene.sender,
    receiver: scene.receiver,
    senderPod: `pod ${scene.senderPod}`,
    receiverPod: `pod ${scene.receiverPod}`,
    underlay: 'the network between the nodes',
    capture: 'where the capture was taken',
  };
  const told = new Set((draft.first ?? []).map((c) => c.cause));
  const open = text.causes.filter((c) => !told.has(c.cause) && !draft.without?.test(c.cause));
  const causes = [...(draft.first ?? []), ...open].map((c) => ({
    cause: c.cause,
    confirm: c.confirm,
    command: c.command(scene),
    where: where[c.on],
  }));
  return {
    id: draft.id,
    segment: draft.segment,
    direction: draft.direction,
    confidence: draft.confidence,
    message: draft.message ?? text.summary,
    fact: draft.fact,
    candidates: causes.map((c) => c.cause),
    causes,
    next: causes.map((c) => `${c.where}# ${c.command}`),
    evidence: draft.evidence.slice(0, 16).map((e) => ({ file: e.file, frame: e.frame })),
  };
}
