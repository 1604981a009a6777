/** All rules, in the order of their ids. An id is never used for another rule again. */
import type { AnyRule } from './rule.js';
import addressConflict from './rules/address-conflict.js';
import captureCorrupt from './rules/capture-corrupt.js';
import captureCut from './rules/capture-cut.js';
import capturesDoNotOverlap from './rules/captures-do-not-overlap.js';
import connectionRefused from './rules/connection-refused.js';
import deliveryMacMismatch from './rules/delivery-mac-mismatch.js';
import fragmentationNeeded from './rules/fragmentation-needed.js';
import frameCutBySnaplen from './rules/frame-cut-by-snaplen.js';
import gatewayMacMismatch from './rules/gateway-mac-mismatch.js';
import hopOrderViolated from './rules/hop-order-violated.js';
import icmpIdentifierRewritten from './rules/icmp-identifier-rewritten.js';
import innerAddressRewritten from './rules/inner-address-rewritten.js';
import innerChecksumBad from './rules/inner-checksum-bad.js';
import innerExceedsTunnelMtu from './rules/inner-exceeds-tunnel-mtu.js';
import innerFragmented from './rules/inner-fragmented.js';
import innerHeaderChanged from './rules/inner-header-changed.js';
import innerPayloadChanged from './rules/inner-payload-changed.js';
import innerTtlWrong from './rules/inner-ttl-wrong.js';
import mssChanged from './rules/mss-changed.js';
import mssExceedsTunnelMtu from './rules/mss-exceeds-tunnel-mtu.js';
import mtuNotExercised from './rules/mtu-not-exercised.js';
import nextHopMacMismatch from './rules/next-hop-mac-mismatch.js';
import noReply from './rules/no-reply.js';
import notEncapsulated from './rules/not-encapsulated.js';
import octetsLost from './rules/octets-lost.js';
import octetsNotEncapsulated from './rules/octets-not-encapsulated.js';
import octetsResent from './rules/octets-resent.js';
import offPathSighting from './rules/off-path-sighting.js';
import outerChangedInTransit from './rules/outer-changed-in-transit.js';
import outerChecksumBad from './rules/outer-checksum-bad.js';
import outerDestinationMismatch from './rules/outer-destination-mismatch.js';
import outerDfNotInherited from './rules/outer-df-not-inherited.js';
import outerExceedsUnderlayMtu from './rules/outer-exceeds-underlay-mtu.js';
import outerFragmented from './rules/outer-fragmented.js';
import outerLengthMismatch from './rules/outer-length-mismatch.js';
import outerSourceMismatch from './rules/outer-source-mismatch.js';
import outerTosMismatch from './rules/outer-tos-mismatch.js';
import outerTtlNotInherited from './rules/outer-ttl-not-inherited.js';
import packetDuplicated from './rules/packet-duplicated.js';
import packetReordered from './rules/packet-reordered.js';
import pathNotSupported from './rules/path-not-supported.js';
import pmtuNotRelayed from './rules/pmtu-not-relayed.js';
import podMacMismatch from './rules/pod-mac-mismatch.js';
import pointAmbiguous from './rules/point-ambiguous.js';
import replyAsymmetric from './rules/reply-asymmetric.js';
import replyLost from './rules/reply-lost.js';
import replyMismatch from './rules/reply-mismatch.js';
import replyOuterNotMirrored from './rules/reply-outer-not-mirrored.js';
import requestLost from './rules/request-lost.js';
import requestRefused from './rules/request-refused.js';
import tunnelHasLinkHeader from './rules/tunnel-has-link-header.js';
import tunnelMtuMismatch from './rules/tunnel-mtu-mismatch.js';
import underlayMacChanged from './rules/underlay-mac-changed.js';
import wrongEncapsulation from './rules/wrong-encapsulation.js';

export const rules: readonly AnyRule[] = [
  captureCut,
  captureCorrupt,
  frameCutBySnaplen,
  capturesDoNotOverlap,
  pointAmbiguous,
  requestLost,
  hopOrderViolated,
  packetDuplicated,
  requestRefused,
  offPathSighting,
  packetReordered,
  octetsLost,
  octetsResent,
  gatewayMacMismatch,
  podMacMismatch,
  nextHopMacMismatch,
  underlayMacChanged,
  tunnelHasLinkHeader,
  deliveryMacMismatch,
  addressConflict,
  notEncapsulated,
  wrongEncapsulation,
  outerSourceMismatch,
  outerDestinationMismatch,
  outerTtlNotInherited,
  outerDfNotInherited,
  outerTosMismatch,
  outerChecksumBad,
  outerLengthMismatch,
  outerFragmented,
  outerChangedInTransit,
  octetsNotEncapsulated,
  innerAddressRewritten,
  innerTtlWrong,
  innerPayloadChanged,
  innerHeaderChanged,
  innerChecksumBad,
  icmpIdentifierRewritten,
  innerExceedsTunnelMtu,
  outerExceedsUnderlayMtu,
  tunnelMtuMismatch,
  mtuNotExercised,
  innerFragmented,
  fragmentationNeeded,
  pmtuNotRelayed,
  mssExceedsTunnelMtu,
  mssChanged,
  noReply,
  replyLost,
  replyAsymmetric,
  replyMismatch,
  replyOuterNotMirrored,
  connectionRefused,
  pathNotSupported,
];

/** By id (IPT204) or name (outer-destination-mismatch); null when there is none. */
export function findRule(idOrName: string): AnyRule | null {
  const wanted = idOrName.toLowerCase();
  return rules.find((r) => r.meta.id.toLowerCase() === wanted || r.meta.name === wanted) ?? null;
}
