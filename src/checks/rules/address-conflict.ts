import { addressText } from '../../decode/address.js';
import { arpsAt } from '../../follow/arps-at.js';
import { defineCaptureRule, fail } from '../rule.js';

interface AddressConflict {
  readonly address: string;
  readonly macs: readonly string[];
}

export default defineCaptureRule<AddressConflict>({
  meta: {
    id: 'IPT107',
    name: 'address-conflict',
    severity: 'error',
    summary: 'Two MAC addresses claim one IP address of the path.',
    proves: 'A pass proves that all captured ARP names one MAC for each address of the path on each link.',
    shows: 'ARP messages in which different senders claim the same address.',
    remedy: 'Two machines (or two pods) have one address: `arping -D`, `ip addr` on both; give one of them another.',
    sources: [{ kind: 'rfc', number: 5227, section: '2.4' }],
    required: false,
    cell: 'mac',
    samples: { pass: 'ok-ping', fail: null },
  },
  message: ({ address, macs }) => `${address} is claimed by ${macs.join(' and ')}`,
  checkAll({ points, arps, flows }) {
    const relevant = new Set(flows.flatMap((f) => f.addresses));
    return points
      .filter((p) => arpsAt(arps, p).length > 0)
      .map((p) => {
        const claims = new Map<number, Map<string, (typeof arps)[number]>>();
        for (const a of arpsAt(arps, p)) {
          if (!relevant.has(a.senderAddress)) continue;
          const macs = claims.get(a.senderAddress) ?? new Map();
          if (!macs.has(a.senderMac)) macs.set(a.senderMac, a);
          claims.set(a.senderAddress, macs);
        }
        for (const [address, macs] of claims) {
          if (macs.size < 2) continue;
          const text = addressText(address);
          return {
            about: p.id,
            verdict: fail(
              { address: text, macs: [...macs.keys()] },
              ...[...macs.values()].map((a) => ({
                ...a.ref,
                field: `MAC of ${text}`,
                expected: 'one',
                found: a.senderMac,
              })),
            ),
          };
        }
        return { about: p.id, verdict: { verdict: 'pass', evidence: [] } as const };
      });
  },
});
