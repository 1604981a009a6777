import { defineCaptureRule, unproven } from '../rule.js';

export default defineCaptureRule<never>({
  meta: {
    id: 'IPT005',
    name: 'point-ambiguous',
    severity: 'error',
    summary: 'Nothing tells which hop of the path a capture was taken at.',
    proves: 'A pass proves that content, names or the user gave the capture one role on the path.',
    shows: 'A capture without the probe and without a telling name, or a sighting that fits no place.',
    remedy: 'Say it: --point CAPTURE=ROLE, or name the file after pod, node and device.',
    sources: [{ kind: 'code', project: 'ipip-trace', path: 'src/follow/places/assign.ts', symbol: 'assignRoles' }],
    required: true,
    samples: { pass: 'ok-ping', fail: null },
  },
  message: () => '',
  checkAll: ({ points, assignments, flows }) =>
    flows.length === 0
      ? []
      : points
          // A device behind `-i any` that no flow used is no capture of its own.
          .filter(
            (p) =>
              p.namespace === null ||
              flows.some((f) => f.pointsSeen.has(p)) ||
              assignments.some((flow) => flow[p.index]?.unplaced === true),
          )
          .map((p) => {
            const roles = assignments.map((flow) => flow[p.index]);
            const unplaced = roles.some((a) => a?.unplaced === true);
            const placed =
              !unplaced && roles.some((a) => a !== undefined && (a.role !== null || a.offPath || a.between));
            return {
              about: p.id,
              verdict: placed
                ? ({ verdict: 'pass', evidence: [] } as const)
                : unproven(
                    'expectation',
                    roles.some((a) => a?.merged === true)
                      ? 'it holds captures of several hops, which a classic pcap tells apart no more: give them as files of their own, or merge them into a pcapng'
                      : unplaced
                        ? 'it holds probes in several shapes (another outer header, plain, or another TTL), so that it has no one place on the path'
                        : 'nothing tells which hop this capture was taken at; say --point CAPTURE=ROLE',
                  ),
            };
          }),
});
