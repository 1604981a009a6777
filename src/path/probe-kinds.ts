/** The kinds of probes that can be followed, and what their messages are called in sentences. */

export type ProbeKind = 'icmp' | 'tcp' | 'udp';

export interface ProbeWords {
  readonly kind: ProbeKind;
  /** IP protocol number (IANA, Protocol Numbers). */
  readonly protocol: number;
  readonly request: string;
  readonly requests: string;
  readonly reply: string;
  readonly replies: string;
  /** One probe, and several. */
  readonly probe: string;
  readonly probes: string;
  /** What a person looks for in a capture. */
  readonly named: string;
  /** What the message is inside its IP header. */
  readonly message: string;
}

const kinds: Readonly<Record<ProbeKind, ProbeWords>> = {
  icmp: {
    kind: 'icmp',
    protocol: 1,
    request: 'request',
    requests: 'requests',
    reply: 'reply',
    replies: 'replies',
    probe: 'probe',
    probes: 'probes',
    named: 'echo request',
    message: 'ICMP',
  },
  tcp: {
    kind: 'tcp',
    protocol: 6,
    request: 'SYN',
    requests: 'SYNs',
    reply: 'answer to the SYN',
    replies: 'answers to the SYNs',
    probe: 'connection',
    probes: 'connections',
    named: 'TCP connection',
    message: 'TCP',
  },
  udp: {
    kind: 'udp',
    protocol: 17,
    request: 'query',
    requests: 'queries',
    reply: 'answer',
    replies: 'answers',
    probe: 'query',
    probes: 'queries',
    named: 'UDP exchange',
    message: 'UDP',
  },
};

/** Kinds that are followed; `auto`: the first of all kinds of which there is pod traffic. */
export type ProbeChoice = readonly ProbeKind[] | 'auto';

/** In the order in which `auto` looks for them. */
export const probeKinds: readonly ProbeKind[] = ['icmp', 'tcp', 'udp'];

export function probeWords(kind: ProbeKind): ProbeWords {
  return kinds[kind];
}

/** The kind whose messages are of this IP protocol. */
export function kindOfProtocol(protocol: number): ProbeKind {
  return probeKinds.find((kind) => kinds[kind].protocol === protocol) ?? 'icmp';
}
