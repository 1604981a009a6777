import { defineJourneyRule, fail, notApplicable, pass } from '../rule.js';

interface ConnectionRefused {
  readonly firstSeen: string;
  /** The SYN was seen at the destination pod, or the pod's own capture shows the reset leave. */
  readonly byPod: boolean;
}

export default defineJourneyRule<ConnectionRefused>({
  meta: {
    id: 'IPT506',
    name: 'connection-refused',
    severity: 'error',
    summary: 'The SYN was answered with a reset.',
    proves: 'A pass proves that the server took the connection.',
    shows: 'A RST whose acknowledgment number is the one that follows the SYN, and no SYN+ACK.',
    remedy: 'The path is fine when the reset comes from the pod: start the server, or use the port that it listens on.',
    sources: [{ kind: 'rfc', number: 9293, section: '3.5.2' }],
    required: false,
    direction: 'reply',
    probes: ['tcp'],
    samples: { pass: 'tcp-ok', fail: 'tcp-refused' },
  },
  message: ({ firstSeen, byPod }) =>
    byPod
      ? 'the destination pod answered the SYN with a reset: nothing listens on that port'
      : `the SYN was answered with a reset, first seen at ${firstSeen}`,
  check({ reply, request }) {
    if (reply === null) return notApplicable;
    const seen = reply.hops.flatMap((h) => h.observations);
    const resets = seen.filter((o) => o.isReset);
    if (resets.length === 0 || resets.length < seen.length) return pass(seen);
    const first = reply.hops.find((h) => h.state === 'seen')!;
    const byPod = first.role === 'destination-pod' || request.lastSeen?.role === 'destination-pod';
    return fail({ firstSeen: first.point!.label, byPod }, ...resets.map((o) => o.ref));
  },
});
