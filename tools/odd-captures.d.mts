/** Kinds of frames by name; `count` of them, or a little more. The buffers are Ethernet frames. */
export const kinds: Readonly<Record<string, (count: number) => Generator<Buffer>>>;
/** The octets of a capture of that kind, in chunks. */
export function octetsOf(kind: string, count: number): Generator<Buffer>;
