import { serviceOf, swapPorts } from '../../follow/probe-key.js';
import type { Observation } from '../../observe/observation.js';
import { probeKeyText, probeWords } from '../../path/probe-kinds.js';
import { isBeforeService } from '../compare.js';
import { everywhere } from '../everywhere.js';
import { defineHopRule, fail, pass, proof, unproven } from '../rule.js';

interface IdentifierRewritten {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

export default defineHopRule<IdentifierRewritten>({
  meta: {
    id: 'IPT306',
    name: 'icmp-identifier-rewritten',
    severity: 'error',
    summary: 'The ICMP identifier or sequence, or a TCP or UDP port, is not the one that the source sent.',
    proves: 'A pass proves that no NAT renamed the probe.',
    shows: 'The same payload under another identifier or port: masquerading with --random-fully does this.',
    remedy: 'As for inner-address-rewritten: find the NAT rule on the node where it changed.',
    sources: [{ kind: 'rfc', number: 5508, section: '3.1' }],
    required: false,
    cell: 'inner',
    samples: { pass: 'ok-ping', fail: 'bad-masquerade' },
  },
  places: everywhere,
  message: ({ what, expected, found }) => `${what} is ${found}, expected ${expected}`,
  check(hop, { direction }, { path, probe, composite }) {
    if (composite) return unproven('frame', 'the captures hold different pings');
    const { kind } = path.flow;
    const { name: what } = probeWords(kind);
    const text = ({ number, ports: p }: Observation): string =>
      probeKeyText(kind, { number, ports: p === null ? 0 : p.source * 65_536 + p.destination });
    const { number } = probe.key;
    const { ports } = (isBeforeService(hop.role) ? serviceOf(probe.key, probe.rewritten) : null) ?? probe.key;
    const expected = probeKeyText(kind, { number, ports: direction === 'request' ? ports : swapPorts(ports) });
    const wrong = hop.observations.filter((o) => text(o) !== expected);
    if (wrong.length === 0) return pass(hop.observations);
    return fail({ what, expected, found: text(wrong[0]!) }, ...wrong.map((o) => proof(o.ref, what, expected, text(o))));
  },
});
