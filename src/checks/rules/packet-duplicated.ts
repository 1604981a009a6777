import { elapsed, type Observation } from '../../observe/observation.js';
import { copiesOf } from '../copies.js';
import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, pass } from '../rule.js';

interface PacketDuplicated {
  readonly copies: number;
}

export default defineHopRule<PacketDuplicated>({
  meta: {
    id: 'IPT012',
    name: 'packet-duplicated',
    severity: 'error',
    summary: 'A hop saw more than one copy of the datagram, and the copies travelled on.',
    proves:
      'A pass proves one copy per hop. Copies that a capture makes itself (`-i any`, bridge and veth) do not count.',
    shows: 'The same ICMP identifier, sequence and payload twice at one point, and at the points behind it.',
    remedy:
      'Look for a loop, a mirrored port or a duplicating link on the segment before the first hop that shows two copies.',
    sources: [{ kind: 'rfc', number: 791, section: '2.2' }],
    required: false,
    samples: { pass: 'ok-ping', fail: 'bad-duplicate' },
  },
  places: everywhere,
  message: ({ copies }) => `${copies} copies of one datagram`,
  check(hop, leg) {
    const copies = copiesOf(hop);
    if (copies < 2)
      return pass(
        hop.observations,
        hop.observations.length > 1 ? 'one sighting, which stands in the file more than once' : undefined,
      );
    // A copy made by the capture alone is gone at the next hop; the next hop that saw the datagram tells.
    const later = leg.hops.slice(leg.hops.indexOf(hop) + 1).filter((h) => h.state === 'seen' && h.role !== hop.role);
    if (later.length > 0 && later.every((h) => copiesOf(h) < 2) && isOneFrame(hop.observations))
      return pass(hop.observations, 'copies made by the capture');
    return fail({ copies }, ...hop.observations.map((o) => o.ref));
  },
});

/** A mirrored port or a second tap shows a frame again at once; a second later somebody sent it again. */
const MIRRORED_WITHIN_NS = 100e6;

/** Could all of these be one frame that the capture took up several times? */
function isOneFrame(seen: readonly Observation[]): boolean {
  const [first, ...others] = seen;
  return others.every(
    (o) =>
      Math.abs(elapsed(first!, o)) <= MIRRORED_WITHIN_NS &&
      o.inner.identification === first!.inner.identification &&
      // Each encapsulation draws an identification of its own (net/ipv4/ip_tunnel_core.c, iptunnel_xmit).
      o.outer?.identification === first!.outer?.identification &&
      o.inner.timeToLive === first!.inner.timeToLive &&
      o.payloadDigest === first!.payloadDigest,
  );
}
