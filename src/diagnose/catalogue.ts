/** Every diagnosis, in the order in which users see them listed: a file each under texts/, and a line here. */
import type { DiagnosisText } from './text.js';
import addressConflict from './texts/address-conflict.js';
import captureBlind from './texts/capture-blind.js';
import captureIncomplete from './texts/capture-incomplete.js';
import capturesFromDifferentRuns from './texts/captures-from-different-runs.js';
import checksumOffloadFault from './texts/checksum-offload-fault.js';
import connectionRefused from './texts/connection-refused.js';
import decapsulatorInputDrop from './texts/decapsulator-input-drop.js';
import decapsulatorInputReject from './texts/decapsulator-input-reject.js';
import destinationNodeMasquerade from './texts/destination-node-masquerade.js';
import destinationSilent from './texts/destination-silent.js';
import destinationUnreachable from './texts/destination-unreachable.js';
import directRouting from './texts/direct-routing.js';
import ecnDrop from './texts/ecn-drop.js';
import encapsulatorOutputDrop from './texts/encapsulator-output-drop.js';
import forwardDropOrRpFilter from './texts/forward-drop-or-rp-filter.js';
import forwardReject from './texts/forward-reject.js';
import fragmentsLost from './texts/fragments-lost.js';
import hopsMerged from './texts/hops-merged.js';
import ipipHandlerMissing from './texts/ipip-handler-missing.js';
import neighbourUnresolved from './texts/neighbour-unresolved.js';
import noAnswer from './texts/no-answer.js';
import noRequestFound from './texts/no-request-found.js';
import otherTunnelDevice from './texts/other-tunnel-device.js';
import packetCorrupted from './texts/packet-corrupted.js';
import packetDuplicated from './texts/packet-duplicated.js';
import packetReordered from './texts/packet-reordered.js';
import parallelPathLoss from './texts/parallel-path-loss.js';
import pmtuBlackHole from './texts/pmtu-black-hole.js';
import pmtuReduced from './texts/pmtu-reduced.js';
import podMtuExceedsTunnel from './texts/pod-mtu-exceeds-tunnel.js';
import proto4BlockedInUnderlay from './texts/proto4-blocked-in-underlay.js';
import proto4StatefulFilter from './texts/proto4-stateful-filter.js';
import randomLoss from './texts/random-loss.js';
import receiverMtuTooSmall from './texts/receiver-mtu-too-small.js';
import replyPathAsymmetric from './texts/reply-path-asymmetric.js';
import sourceNodeForwardingDrop from './texts/source-node-forwarding-drop.js';
import sourceNodeMasquerade from './texts/source-node-masquerade.js';
import staleNeighbour from './texts/stale-neighbour.js';
import ttlExpired from './texts/ttl-expired.js';
import tunnelDownAtDecapsulator from './texts/tunnel-down-at-decapsulator.js';
import tunnelMtuExceedsUnderlay from './texts/tunnel-mtu-exceeds-underlay.js';
import tunnelRouteMissing from './texts/tunnel-route-missing.js';
import underlayNat from './texts/underlay-nat.js';
import underlaySourceDestCheck from './texts/underlay-source-dest-check.js';
import wrongDecapsulator from './texts/wrong-decapsulator.js';
import wrongOuterSource from './texts/wrong-outer-source.js';
import wrongTunnelProtocol from './texts/wrong-tunnel-protocol.js';

export const diagnosisTexts: readonly DiagnosisText[] = [
  noRequestFound,
  hopsMerged,
  capturesFromDifferentRuns,
  sourceNodeForwardingDrop,
  tunnelRouteMissing,
  neighbourUnresolved,
  encapsulatorOutputDrop,
  tunnelMtuExceedsUnderlay,
  proto4BlockedInUnderlay,
  proto4StatefulFilter,
  underlaySourceDestCheck,
  staleNeighbour,
  wrongDecapsulator,
  wrongOuterSource,
  underlayNat,
  pmtuReduced,
  pmtuBlackHole,
  fragmentsLost,
  decapsulatorInputDrop,
  decapsulatorInputReject,
  ipipHandlerMissing,
  tunnelDownAtDecapsulator,
  otherTunnelDevice,
  ecnDrop,
  forwardDropOrRpFilter,
  forwardReject,
  sourceNodeMasquerade,
  destinationNodeMasquerade,
  podMtuExceedsTunnel,
  receiverMtuTooSmall,
  destinationUnreachable,
  addressConflict,
  ttlExpired,
  destinationSilent,
  connectionRefused,
  noAnswer,
  replyPathAsymmetric,
  directRouting,
  wrongTunnelProtocol,
  randomLoss,
  parallelPathLoss,
  packetDuplicated,
  packetReordered,
  packetCorrupted,
  checksumOffloadFault,
  captureBlind,
  captureIncomplete,
];

const byId = new Map(diagnosisTexts.map((d) => [d.id, d]));

export function findDiagnosis(id: string): DiagnosisText | null {
  return byId.get(id.toLowerCase()) ?? null;
}
