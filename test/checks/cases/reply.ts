/** IPT501 to IPT505 and IPT601: the answer, and whether the expectation supports the path at all. */

import { awake } from '../../support/awake.js';
import { expectation } from '../../support/check-path.js';
import { ipipPath } from '../../support/ipip-path.js';
import { type CasesByRule, differentRuns, healthy, inPieces, secondCopy, withoutFrames } from './case.js';

const unanswered = ipipPath({ replies: false });

/** Enough for an expectation to be of this path. */
const onSourcePod = { node: { value: 'worker-a', source: 'declared', from: 'ipip-path.yaml:2' } } as const;

export const replyCases: CasesByRule = {
  'no-reply': [
    { name: 'answered', path: healthy, verdict: 'pass' },
    {
      name: 'delivered and not answered',
      path: unanswered,
      verdict: 'fail',
      message: 'the request reached the destination pod, which sent no reply',
      evidence: ['destination-pod#3'],
    },
    { name: 'lost before', path: ipipPath().drop({ at: 'S45' }), verdict: 'not-applicable' },
    {
      name: 'the destination pod was not captured, and no other capture ran on',
      path: unanswered,
      options: { choice: { without: ['destination-pod', 'source-pod'] } },
      verdict: 'unproven',
      missing: 'capture',
    },
    {
      name: 'the destination pod was not captured, and the source pod got no answer while its capture ran',
      path: awake(ipipPath({ replies: false }), 'source-pod'),
      options: { choice: { without: ['destination-pod'] } },
      verdict: 'fail',
      message: /no reply at source-pod\S* while it ran, and the request was last seen at decapsulator-tunnel/,
    },
  ],
  'reply-lost': [
    {
      name: 'seen all the way back',
      path: healthy,
      verdict: 'pass',
      evidence: [
        'destination-pod#4',
        'decapsulator-tunnel#2',
        'decapsulator-underlay#4',
        'encapsulator-underlay#4',
        'encapsulator-tunnel#2',
        'source-pod#4',
      ],
    },
    ...(
      [
        ['S56', 'destination-pod', 'decapsulator-tunnel', 4],
        ['S34', 'decapsulator-underlay', 'encapsulator-underlay', 4],
        ['S23', 'encapsulator-underlay', 'encapsulator-tunnel', 4],
        ['S12', 'encapsulator-tunnel', 'source-pod', 2],
      ] as const
    ).map(([segment, last, missing, frame]) => ({
      name: `lost in ${segment}`,
      path: ipipPath().drop({ at: segment, direction: 'reply' }),
      verdict: 'fail' as const,
      direction: 'reply' as const,
      message: `reply last seen at ${last}, not seen at ${missing} (${segment})`,
      evidence: [`${last}#${frame}`],
    })),
    {
      name: 'later fragments of the reply are gone before the pod',
      path: withoutFrames(inPieces('reply'), { 'source-pod': [5, 6] }),
      verdict: 'fail',
      direction: 'reply',
      message: 'reply whole at encapsulator-tunnel, not all of its fragments at source-pod (S12)',
    },
    {
      name: 'one capture misses a fragment of the reply that was seen further on',
      path: withoutFrames(inPieces('reply'), { 'encapsulator-underlay': [5] }),
      verdict: 'unproven',
      missing: 'frame',
    },
    { name: 'there was none', path: unanswered, verdict: 'not-applicable' },
    { name: 'different runs', path: differentRuns, verdict: 'unproven', missing: 'frame' },
    {
      name: 'a capture on the way is blind',
      path: ipipPath().blind('decapsulator-underlay'),
      verdict: 'unproven',
      missing: 'frame',
    },
  ],
  'reply-asymmetric': [
    {
      name: 'the same way back',
      path: healthy,
      verdict: 'pass',
      evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#4'],
    },
    { name: 'plain both ways', path: ipipPath({ encapsulation: 'none' }), verdict: 'pass' },
    {
      name: 'encapsulated there, plain back',
      path: ipipPath({ replyEncapsulation: 'none' }),
      verdict: 'fail',
      message: 'the request travels as ipip, the reply as plain IP (decapsulator-underlay)',
      evidence: ['encapsulator-underlay#3', 'decapsulator-underlay#4'],
      shows: ['ipip', 'none'],
    },
    {
      name: 'plain there, encapsulated back',
      path: ipipPath({ encapsulation: 'none', replyEncapsulation: 'ipip' }),
      verdict: 'fail',
      message: 'the request travels as plain IP, the reply as ipip (decapsulator-underlay)',
    },
    {
      name: 'a second reply comes back plain',
      path: secondCopy(
        'decapsulator-underlay',
        (draft) => {
          draft.outer = [];
        },
        'reply',
      ),
      verdict: 'fail',
      message: 'the request travels as ipip, the reply as plain IP (decapsulator-underlay)',
    },
    { name: 'no answer', path: unanswered, verdict: 'not-applicable' },
    {
      name: 'no underlay capture',
      path: healthy,
      options: { choice: { without: ['encapsulator-underlay', 'decapsulator-underlay'] } },
      verdict: 'unproven',
      missing: 'capture',
    },
  ],
  'reply-mismatch': [
    {
      name: 'echoed octet for octet',
      path: healthy,
      verdict: 'pass',
      evidence: ['destination-pod#3', 'destination-pod#4'],
    },
    {
      name: 'another payload comes back',
      path: ipipPath().change({ from: 'destination-pod', direction: 'reply' }, (draft) => {
        draft.message!.data[20]! ^= 0xff;
      }),
      verdict: 'fail',
      message: "the reply's payload is not the request's",
      evidence: ['destination-pod#3', 'destination-pod#4'],
    },
    {
      name: 'a second reply brings another payload',
      path: secondCopy(
        'destination-pod',
        (draft) => {
          draft.message!.data[20]! ^= 0xff;
        },
        'reply',
      ),
      verdict: 'fail',
    },
    { name: 'no answer', path: unanswered, verdict: 'not-applicable' },
    { name: 'cut by the snapshot length', path: ipipPath({ snapLength: 80 }), verdict: 'unproven', missing: 'bytes' },
  ],
  'reply-outer-not-mirrored': [
    {
      name: 'swapped',
      path: healthy,
      verdict: 'pass',
      evidence: ['encapsulator-underlay#3', 'encapsulator-underlay#4'],
    },
    {
      name: 'the reply comes from another address',
      path: ipipPath().change({ from: 'decapsulator-underlay', direction: 'reply' }, (draft) => {
        for (const header of draft.outer) header.source = '10.9.0.99';
      }),
      verdict: 'fail',
      message: 'request travels 10.9.0.21 > 10.9.0.22, reply 10.9.0.99 > 10.9.0.21',
      evidence: ['encapsulator-underlay#3', 'encapsulator-underlay#4'],
      shows: ['10.9.0.22 > 10.9.0.21', '10.9.0.99 > 10.9.0.21'],
    },
    {
      name: 'only the reply to a second copy comes from another address',
      path: secondCopy(
        'encapsulator-underlay',
        (draft) => {
          for (const header of draft.outer) header.source = '10.9.0.99';
        },
        'reply',
      ),
      verdict: 'fail',
      message: 'request travels 10.9.0.21 > 10.9.0.22, reply 10.9.0.99 > 10.9.0.21',
      evidence: ['encapsulator-underlay#3', 'encapsulator-underlay#5'],
    },
    { name: 'no outer header', path: ipipPath({ encapsulation: 'none' }), verdict: 'not-applicable' },
    { name: 'no answer', path: unanswered, verdict: 'not-applicable' },
  ],
  'path-not-supported': [
    {
      name: 'an expectation that supports it',
      path: healthy,
      options: { expectations: [expectation({ request: { 'source-pod': onSourcePod } })] },
      verdict: 'pass',
    },
    {
      name: 'an expectation of other pods',
      path: healthy,
      options: { expectations: [expectation({})] },
      verdict: 'unproven',
      missing: 'expectation',
      message: 'nothing of ipip-path.yaml applies to 172.20.5.14 > 172.20.9.33',
    },
    {
      name: 'an expectation that says that there is no route',
      path: healthy,
      options: {
        expectations: [
          expectation({
            problems: [
              {
                name: 'no-route',
                severity: 'error',
                message: 'worker-a has no route to 172.20.9.33',
                from: 'worker-a.route.json',
              },
            ],
          }),
        ],
      },
      verdict: 'fail',
      message: 'worker-a.route.json: worker-a has no route to 172.20.9.33',
    },
    {
      name: 'a warning does not keep the path from being supported',
      path: healthy,
      options: {
        expectations: [
          expectation({
            request: { 'source-pod': onSourcePod },
            problems: [{ name: 'x', severity: 'warning', message: 'a stale entry', from: 'worker-a.neigh.json' }],
          }),
        ],
      },
      verdict: 'pass',
    },
    { name: 'no expectation', path: healthy, verdict: 'not-applicable' },
  ],
};
