/** What a case of a rule says: captures, and the finding that must come of them. */

import type { Severity, VerdictName } from '../../../src/checks/finding.js';
import type { HopRole } from '../../../src/path/facts.js';
import type { Direction } from '../../../src/path/roles.js';
import type { CaptureDraft } from '../../support/capture-file.js';
import type { Captures, CheckPathOptions } from '../../support/check-path.js';
import type { FrameDraft } from '../../support/frame-draft.js';
import { type IpipPath, ipipPath } from '../../support/ipip-path.js';

export interface RuleCase {
  name: string;
  path: IpipPath | Captures;
  options?: CheckPathOptions;
  verdict: VerdictName;
  /** Which finding of the rule is meant; one must be there and all such must agree. */
  direction?: Direction | null;
  role?: HopRole | null;
  /** Capture name; the default is that of the role. */
  point?: string | null;
  journey?: number;
  /** Whole text, or what it must match. File names stand in it without folder and ending. */
  message?: string | RegExp;
  missing?: 'capture' | 'frame' | 'bytes' | 'expectation';
  severity?: Severity;
  /** All frames of evidence as "capture#frame", in order. */
  evidence?: readonly string[];
  /** Expected and found of the first piece of evidence that has them. */
  shows?: readonly [expected: string, found: string];
}

export type CasesByRule = Readonly<Record<string, readonly RuleCase[]>>;

/** Pods 172.20.5.14 → 172.20.9.33, nodes 10.9.0.21 → 10.9.0.22. With ARP a request is frame 3 on Ethernet, frame 1 on tunnels. */
export const healthy = ipipPath();
export const plain = ipipPath({ encapsulation: 'none' });
export const differentRuns = ipipPath({ differentRuns: true });
export const silent = { arp: false, replies: false } as const;

export function outerOf(draft: FrameDraft): FrameDraft['outer'][number] {
  return draft.outer[0]!;
}

/** The request is there twice behind the wire, so the reply is twice everywhere; the second copy is bent at one place only. */
export function secondCopy(at: HopRole, edit: (draft: FrameDraft) => void, direction: Direction = 'request'): IpipPath {
  let copies = 0;
  return ipipPath()
    .duplicate({ at: 'S34' })
    .change({ at, direction }, (draft) => {
      if (copies++ % 2 === 1) edit(draft);
    });
}

/** Two routers between the nodes, and the link between the routers captured as well, as 'transit'. */
export function withTransit(): Captures {
  const first = ipipPath({ routers: 2, names: { 'encapsulator-underlay': 'transit' } });
  const transit = first
    .change({ at: 'encapsulator-underlay' }, (draft) => {
      draft.outer[0]!.ttl--;
      draft.ethernet = { source: '52:54:00:9e:02:01', destination: '52:54:00:9e:02:02' };
    })
    .change({ at: 'encapsulator-underlay', direction: 'reply' }, (draft) => {
      draft.outer[0]!.ttl++;
      draft.ethernet = { source: '52:54:00:9e:02:02', destination: '52:54:00:9e:02:01' };
    })
    .captures({ only: ['encapsulator-underlay'] })
    .get('transit')!;
  const frames = transit.frames.slice(-2).map((f, i) => ({ ...f, time: f.time + (i === 0 ? 60_000n : -60_000n) }));
  return together(ipipPath({ routers: 2 }).captures(), new Map([['transit', { ...transit, frames }]]));
}

/** A message of 3008 octets that its sender cuts into three; an unanswered request, or the reply. */
export function inPieces(direction: Direction): IpipPath {
  const replies = direction === 'reply';
  return ipipPath({ payload: 3000, dontFragment: false, replies }).fragment({ direction, mtu: 1480 });
}

/** The captures with some of them bent. */
export function bent(
  path: IpipPath,
  changes: Readonly<Record<string, (capture: CaptureDraft) => Partial<CaptureDraft>>>,
): Captures {
  const captures = path.captures();
  for (const [name, change] of Object.entries(changes)) {
    const capture = captures.get(name)!;
    captures.set(name, { ...capture, ...change(capture) });
  }
  return captures;
}

/** Captures of one name become one capture, in the order of time. */
export function together(...all: readonly Captures[]): Captures {
  const joined = new Map<string, CaptureDraft>();
  for (const captures of all) {
    for (const [name, capture] of captures) {
      const frames = [...(joined.get(name)?.frames ?? []), ...capture.frames];
      frames.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
      joined.set(name, { ...capture, frames });
    }
  }
  return joined;
}

/** The captures without the frames (1-based) that are named; all captures lose the same when a list is given. */
export function withoutFrames(path: IpipPath, frames: Readonly<Record<string, readonly number[]>>): Captures {
  const captures = path.captures();
  for (const [name, numbers] of Object.entries(frames)) {
    const capture = captures.get(name)!;
    captures.set(name, { ...capture, frames: capture.frames.filter((_, index) => !numbers.includes(index + 1)) });
  }
  return captures;
}

/** Every capture began after the request had passed. */
export function onlyReplies(path: IpipPath = ipipPath()): Captures {
  const captures = path.captures();
  const frames = Object.fromEntries([...captures.keys()].map((name) => [name, name.endsWith('tunnel') ? [1] : [3]]));
  return withoutFrames(path, frames);
}
