import { defineHopRule, fail, notApplicable, pass, proof, unproven } from '../rule.js';

export default defineHopRule<Record<string, never>>({
  meta: {
    id: 'IPT208',
    name: 'outer-checksum-bad',
    severity: 'error',
    summary: 'The outer header checksum is wrong on the receiving side.',
    proves:
      'A pass proves that the outer header arrived as its checksum says. The sending side is not judged: hardware may fill it in later.',
    shows: 'A header checksum that does not sum up at the receiving node; the kernel drops such a datagram silently.',
    remedy:
      'Damage on the wire or a faulty offload: `ethtool -S` for errors, `ethtool -K … tx off` on the sender to compare.',
    sources: [{ kind: 'rfc', number: 791, section: '3.1' }],
    required: false,
    cell: 'outer',
    samples: { pass: 'ok-ping', fail: 'bad-corrupt' },
  },
  places: ['decapsulator-underlay'],
  message: () => 'the outer header checksum is wrong: the receiving kernel drops the datagram',
  check(hop) {
    const inside = hop.observations.filter((o) => o.outer !== null);
    if (inside.length === 0) return notApplicable;
    const wrong = inside.find((o) => o.outer!.checksumRight === false);
    if (wrong !== undefined) return fail({}, proof(wrong.ref, 'outer header checksum', 'right', 'wrong'));
    return inside.some((o) => o.outer!.checksumRight === null) ? unproven('bytes') : pass(inside);
  },
});
