import type { Journey, Leg } from '../../follow/journey.js';
import { isSourceSide } from '../../follow/journey.js';
import { CLOCK_TOLERANCE } from '../../follow/witness.js';
import { elapsed, type Observation } from '../../observe/observation.js';
import { defineLegRule, fail, notApplicable, pass, proof } from '../rule.js';

interface HopOrderViolated {
  readonly what: string;
}

/** One node has one clock: where a datagram passes later it is seen later, and an answer after its question. */
function outOfTime(
  leg: Leg,
  { request, reply }: Journey,
): { before: Observation; here: Observation; by: string } | null {
  const seen = leg.hops.filter((h) => h.state === 'seen');
  const asked = leg === reply ? request.hops.filter((h) => h.state === 'seen') : [];
  for (const [i, hop] of seen.entries()) {
    const here = hop.observations[0]!;
    const earlier = seen
      .slice(0, i)
      .filter((h) => h.role !== hop.role && isSourceSide(h.role) === isSourceSide(hop.role));
    for (const { observations } of [...earlier, ...asked.filter((h) => h.point === hop.point)]) {
      const before = observations[0]!;
      const late = elapsed(here, before);
      if (late > CLOCK_TOLERANCE) {
        return { before, here, by: late >= 1e9 ? `${(late / 1e9).toFixed(1)} s` : `${(late / 1e6).toFixed(0)} ms` };
      }
    }
  }
  return null;
}

export default defineLegRule<HopOrderViolated>({
  meta: {
    id: 'IPT011',
    name: 'hop-order-violated',
    severity: 'error',
    summary: 'TTL, encapsulation, round trips and times on one clock do not agree on one order of the hops.',
    proves:
      'A pass proves that inner TTL, encapsulation, nested round trips and the time stamps of each node agree with the order in which the hops are shown.',
    shows:
      'A TTL that rises along the path, a tunnel header where none belongs, a round trip that is longer nearer to the destination, a hop that a node shows before the one that stands before it, or a reply before its request.',
    remedy:
      'Check that each file was taken where its name says, in one run and by one clock; state the place with --point CAPTURE=ROLE when names mislead.',
    sources: [{ kind: 'rfc', number: 1812, section: '5.3.1' }],
    required: false,
    samples: { pass: 'ok-ping', fail: null },
  },
  message: ({ what }) => what,
  check(leg, journey) {
    const seen = leg.hops.filter((h) => h.state === 'seen');
    if (seen.length < 2) return notApplicable;
    for (let i = 1; i < seen.length; i++) {
      const before = seen[i - 1]!.observations[0]!;
      const here = seen[i]!.observations[0]!;
      if (here.inner.timeToLive > before.inner.timeToLive) {
        return fail(
          {
            what: `inner TTL rises from ${before.inner.timeToLive} at ${before.point.label} to ${here.inner.timeToLive} at ${here.point.label}`,
          },
          before.ref,
          proof(here.ref, 'inner TTL', `at most ${before.inner.timeToLive}`, String(here.inner.timeToLive)),
        );
      }
    }
    const misplaced = seen.find(
      (h) =>
        (h.role.endsWith('-pod') || h.role.endsWith('-bridge')) &&
        h.observations.some((o) => o.encapsulation !== 'none'),
    );
    if (misplaced !== undefined) {
      const o = misplaced.observations.find((x) => x.encapsulation !== 'none')!;
      return fail({ what: `${o.encapsulation} header at ${o.point.label}, which is on the pod side` }, o.ref);
    }
    const early = journey.composite ? null : outOfTime(leg, journey);
    if (early !== null) {
      const { before, here, by } = early;
      return fail(
        {
          what:
            before.message === here.message
              ? `${here.point.label} shows it ${by} before ${before.point.label} does, which stands before it on the same node`
              : `${here.point.label} shows the reply ${by} before its request`,
        },
        before.ref,
        here.ref,
      );
    }
    const wrong = journey.path.misnested[0];
    if (wrong !== undefined) {
      return fail(
        {
          what: `round trips are longer at ${wrong.after.label} than at ${wrong.before.label}, which should stand before it`,
        },
        ...seen.flatMap((h) =>
          h.observations
            .filter((o) => o.point.series === wrong.before.series || o.point.series === wrong.after.series)
            .map((o) => o.ref),
        ),
      );
    }
    return pass(seen.flatMap((h) => h.observations.slice(0, 1)));
  },
});
