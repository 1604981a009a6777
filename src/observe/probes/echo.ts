/** ICMP echo: pings (RFC 792, "Echo or Echo Reply Message"). They come in floods, so what one frame told need not be read again. */
import type { FrameCursor } from '../../capture/capture.js';
import { ABSENT, type FrameView } from '../../decode/frame.js';
import * as icmpv4 from '../../decode/icmpv4.js';
import * as ipv4 from '../../decode/ipv4.js';
import { LayerKind } from '../../decode/layer-kind.js';
import { digest } from '../digest.js';
import { limitOf } from '../headers.js';
import type { Messages } from '../messages.js';
import type { Assembled } from '../reassembly.js';
import { Flag } from '../sightings.js';
import { ECHO_HEADER, EchoTemplate, PayloadSum } from './echo-template.js';
import type { KnownMessage, Message, ProbeReader } from './probe-reader.js';

/** Kinds of messages of which the next frame may be: requests and replies of a few flows. */
const MAX_TEMPLATES = 4;

export class EchoReader implements ProbeReader {
  readonly joinsFragments = true;
  readonly #messages: Messages;
  readonly #templates: EchoTemplate[] = [];
  readonly #payload = new PayloadSum();
  #templatesMade = 0;
  #templateHits = 0;

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  read(_: FrameCursor, view: FrameView, _point: number, assembled: Assembled | null): Message | null {
    const { bytes, inner, icmp } = view;
    if (icmp === ABSENT || !isEcho(bytes, icmp)) return null;
    const limit = limitOf(view, icmp);
    const from = icmp + ECHO_HEADER;
    const payloadCaptured = limit > from ? limit - from : 0;
    const declared = ipv4.totalLength(bytes, inner) - ipv4.headerLength(bytes, inner) - ECHO_HEADER;
    const isWhole = payloadCaptured === declared && (assembled === null || assembled.complete);
    return {
      flags: icmpv4.type(bytes, icmp) === 0 ? Flag.Reply : 0,
      ports: 0,
      code: icmpv4.code(bytes, icmp),
      number: numberOf(bytes, icmp),
      digest: digest(bytes, from, from + payloadCaptured),
      payloadCaptured,
      checksumRight: isWhole ? icmpv4.checksumIsRight(bytes, icmp, limit) : null,
    };
  }

  skim(): boolean {
    return true;
  }

  /** Keeps a message of a kind that was seen before, and tells by which template it is known; null: it must be decoded. */
  repeat(frame: FrameCursor): KnownMessage | null {
    if (this.#messages.isFull()) return null;
    const { view } = frame;
    const templates = this.#templates;
    const payload = this.#payload;
    for (let i = 0; i < templates.length; i++) {
      const template = templates[i]!;
      if (!template.fits(frame, view, payload)) continue;
      this.#messages.addRow(
        frame,
        template.kind,
        template.number(frame, view),
        template.identification(frame, view),
        template.outerIdentification(frame, view),
        payload.digest,
      );
      this.#templateHits++;
      return template;
    }
    return null;
  }

  /**
   * The message was kept, as the last one of those kept, and one of its kind before it: the next ones need not be decoded. Where
   * every frame is of another kind, templates are not worth their making.
   */
  learn(frame: FrameCursor, view: FrameView): void {
    if (view.faultCode !== 0) return;
    const { kinds, columns, length } = this.#messages.sightings;
    const kind = columns.kind[length - 1]!;
    const flags = kinds.columns.flags[kind]!;
    // IPv6 carries it: the outer header is no IPv4 one.
    if (view.outer === ABSENT && (flags & Flag.HasOuter) !== 0) return;
    if (this.#templatesMade > 64 && this.#templateHits < this.#templatesMade) return;
    const template = new EchoTemplate(frame, frame.view, view, {
      kind,
      point: kinds.columns.point[kind]!,
      flags,
      payloadCaptured: kinds.columns.payloadCaptured[kind]!,
      isTagged: view.count > 1 && view.kind[1] === LayerKind.Vlan,
    });
    this.#templates[this.#templatesMade % MAX_TEMPLATES] = template;
    this.#templatesMade++;
  }
}

/** Which message an ICMP error quotes; null: another one than an echo. */
export function quotedEcho(
  bytes: Uint8Array,
  icmp: number,
): { readonly reply: boolean; readonly number: number } | null {
  if (!isEcho(bytes, icmp)) return null;
  return { reply: icmpv4.type(bytes, icmp) === 0, number: numberOf(bytes, icmp) };
}

function isEcho(bytes: Uint8Array, icmp: number): boolean {
  const type = icmpv4.type(bytes, icmp);
  return type === 8 || type === 0;
}

/** Identifier in the upper half, sequence number in the lower. */
function numberOf(bytes: Uint8Array, icmp: number): number {
  return icmpv4.identifier(bytes, icmp) * 65_536 + icmpv4.sequence(bytes, icmp);
}
