/** What the messages of a kind of probe are called in sentences. */

export interface ProbeWords {
  readonly request: string;
  readonly requests: string;
  readonly reply: string;
  readonly replies: string;
}

export const probeWords = {
  icmp: { request: 'request', requests: 'requests', reply: 'reply', replies: 'replies' },
} as const satisfies Record<string, ProbeWords>;
