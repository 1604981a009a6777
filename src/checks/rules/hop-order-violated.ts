import { defineLegRule, fail, notApplicable, pass, proof } from '../rule.js';

interface HopOrderViolated {
  readonly what: string;
}

export default defineLegRule<HopOrderViolated>({
  meta: {
    id: 'IPT011',
    name: 'hop-order-violated',
    severity: 'error',
    summary: 'TTL, encapsulation and round trips do not agree on one order of the hops.',
    proves:
      'A pass proves that inner TTL, encapsulation and nested round trips agree with the order in which the hops are shown.',
    shows:
      'A TTL that rises along the path, a tunnel header where none belongs, or a round trip that is longer nearer to the destination.',
    remedy:
      'Check that each file was taken where its name says; state it with --point CAPTURE=ROLE when names mislead.',
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
    const wrong = journey.path.misnested[0];
    if (wrong !== undefined) {
      return fail(
        {
          what: `round trips are longer at ${wrong.after.label} than at ${wrong.before.label}, which should stand before it`,
        },
        ...seen.flatMap((h) =>
          h.observations.filter((o) => o.point === wrong.before || o.point === wrong.after).map((o) => o.ref),
        ),
      );
    }
    return pass(seen.flatMap((h) => h.observations.slice(0, 1)));
  },
});
