/** The kinds of probes that can be followed, what their messages are called in sentences, and what names one of them. */

export type ProbeKind = 'icmp' | 'tcp' | 'udp';

export interface ProbeWords {
  /** IP protocol number (IANA, Protocol Numbers). */
  readonly protocol: number;
  readonly request: string;
  readonly requests: string;
  readonly reply: string;
  readonly replies: string;
  /** What a person looks for in a capture. */
  readonly named: string;
  /** What the message is inside its IP header. */
  readonly message: string;
  /** Before `request` or `reply` where the protocol has other messages, too. */
  readonly prefix: string;
  /** What NAT renames. */
  readonly name: string;
}

const kinds: Readonly<Record<ProbeKind, ProbeWords>> = {
  icmp: {
    protocol: 1,
    request: 'request',
    requests: 'requests',
    reply: 'reply',
    replies: 'replies',
    named: 'echo request',
    message: 'ICMP',
    prefix: 'echo ',
    name: 'ICMP identifier/sequence',
  },
  tcp: {
    protocol: 6,
    request: 'SYN',
    requests: 'SYNs',
    reply: 'answer to the SYN',
    replies: 'answers to the SYNs',
    named: 'TCP connection',
    message: 'TCP',
    prefix: '',
    name: 'port, from/to',
  },
  udp: {
    protocol: 17,
    request: 'query',
    requests: 'queries',
    reply: 'answer',
    replies: 'answers',
    named: 'UDP exchange',
    message: 'UDP',
    prefix: '',
    name: 'port, from/to',
  },
};

/** Kinds that are followed; `auto`: the first of all kinds of which there is pod traffic. */
export type ProbeChoice = readonly ProbeKind[] | 'auto';

/** In the order in which `auto` looks for them. */
export const probeKinds: readonly ProbeKind[] = ['icmp', 'tcp', 'udp'];

/** Without a choice: pings. */
export function kindsOf(choice: ProbeChoice = ['icmp']): readonly ProbeKind[] {
  return choice === 'auto' ? probeKinds : choice;
}

/** "echo request", "echo request or TCP connection". */
export function namedKinds(choice?: ProbeChoice): string {
  return kindsOf(choice)
    .map((kind) => kinds[kind].named)
    .join(' or ');
}

export function probeWords(kind: ProbeKind): ProbeWords {
  return kinds[kind];
}

/** The kind whose messages are of this IP protocol. */
export function kindOfProtocol(protocol: number): ProbeKind {
  return probeKinds.find((kind) => kinds[kind].protocol === protocol) ?? 'icmp';
}

/** What a message is known by: `number` as in observe/probes/probe-reader.ts, the source port in the upper half of `ports`. */
interface Numbers {
  readonly number: number;
  readonly ports: number;
}

/** What names a probe in a report. */
export interface ProbeFields {
  /** ICMP has these two, TCP and UDP the ports. */
  readonly identifier?: number;
  readonly sequence?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

export function probeFields(kind: ProbeKind, { number, ports }: Numbers): ProbeFields {
  return kind === 'icmp' ? { identifier: number >>> 16, sequence: number & 0xffff } : portFields(ports);
}

export function portFields(ports: number): { readonly sourcePort: number; readonly destinationPort: number } {
  return { sourcePort: ports >>> 16, destinationPort: ports & 0xffff };
}

/** "236/1", "40001/8080": as `name` in ProbeWords says. */
export function probeKeyText(kind: ProbeKind, numbers: Numbers): string {
  return Object.values(probeFields(kind, numbers)).join('/');
}

/** "identifier 236, sequence 1", or "port 40001 to 8080". */
export function probeText({ identifier, sequence, sourcePort, destinationPort }: ProbeFields): string {
  return sourcePort === undefined
    ? `identifier ${identifier}, sequence ${sequence}`
    : `port ${sourcePort} to ${destinationPort}`;
}

/** " identifier 236 sequence 1"; empty where the ports of the flow name its messages. */
export function probeNumberText(kind: ProbeKind, { number }: Numbers): string {
  return kind === 'icmp' ? ` identifier ${number >>> 16} sequence ${number & 0xffff}` : '';
}

/** In a word where the flow is known: "sequence 1"; `position`: among the flow's probes, from 0. */
export function probeShortText({ sequence, sourcePort }: ProbeFields, position: number): string {
  return sourcePort === undefined ? `sequence ${sequence}` : `number ${position + 1}`;
}
