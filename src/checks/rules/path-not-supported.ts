import { addressText } from '../../decode/address.js';
import { defineFlowRule, fail, notApplicable, unproven } from '../rule.js';

interface PathNotSupported {
  readonly problems: readonly string[];
}

export default defineFlowRule<PathNotSupported>({
  meta: {
    id: 'IPT601',
    name: 'path-not-supported',
    severity: 'error',
    summary:
      'The kernel state (or the expectation file) does not support the path it should lead to, or contradicts itself.',
    proves:
      'A pass proves that following the forwarding decisions of the dumped namespaces leads from pod to pod and back, as the profile demands.',
    shows:
      'Not in packets: in the dumps. No route, no tunnel device, a neighbour entry with the MAC of another machine, an MTU that does not fit.',
    remedy: 'Correct what the message names on the node it names, dump the state again, and check again.',
    sources: [
      { kind: 'code', project: 'torvalds/linux', path: 'include/net/ip_fib.h', symbol: 'fib_lookup' },
      { kind: 'code', project: 'torvalds/linux', path: 'net/ipv4/ip_tunnel.c', symbol: 'ip_tunnel_xmit' },
    ],
    required: true,
    samples: { pass: 'ok-ping', fail: null },
  },
  message: ({ problems }) => problems.join('; '),
  check({ path }) {
    const problems = path.facts.problems.filter((p) => p.severity === 'error');
    const { source, destination } = path.flow;
    if (problems.length === 0 && path.unexplained.length > 0) {
      return unproven(
        'expectation',
        `nothing of ${path.unexplained.join(', ')} applies to ${addressText(source)} > ${addressText(destination)}`,
      );
    }
    if (!path.expectationGiven) return notApplicable;
    if (problems.length === 0) return { verdict: 'pass', evidence: [], remark: 'the expectation supports the path' };
    return fail({ problems: problems.map((p) => `${p.from}: ${p.message}`) });
  },
});
