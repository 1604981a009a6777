/** What a kind of probe says of its messages; what every datagram has is read in messages.ts. */
import type { FrameCursor } from '../../capture/capture.js';
import type { FrameView } from '../../decode/frame.js';
import type { FirstLook } from '../first-look.js';
import type { Assembled } from '../reassembly.js';

/** One message of a probe. */
export interface Message {
  /** `Flag.Reply`, and what else of `Flag` the kind knows of it. */
  readonly flags: number;
  /** Source port in the upper half, destination port in the lower; 0 where there are none. */
  readonly ports: number;
  /** Where the kind has one, else 0. */
  readonly code: number;
  /** Tells it from others of its flow, 32 bits: which run of probes in the upper half, which probe of that run in the lower. */
  readonly number: number;
  /** Of octets that must arrive as they were sent. */
  readonly digest: number;
  /** Octets of payload that were captured. */
  readonly payloadCaptured: number;
  /** null: not judged, because octets are missing or the sender gave none. */
  readonly checksumRight: boolean | null;
}

/** One kind of probe in one file. */
export interface ProbeReader {
  /** Whether fragments of its datagrams are to be joined. */
  readonly joinsFragments: boolean;
  /**
   * The message behind the frame's inner IPv4 header; null: none that is kept. `assembled`: the frame stands for fragments that
   * were joined.
   */
  read(frame: FrameCursor, view: FrameView, point: number, assembled: Assembled | null): Message | null;
  /** Takes a frame of which the first look says enough, and of which no message is kept; false: it must be decoded. */
  skim(frame: FrameCursor, look: FirstLook, point: number): boolean;
  /**
   * For kinds that come in floods: keeps the message of a frame that is like an earlier one, without decoding it; null: it must be
   * decoded. Whoever has it has `learn`, too.
   */
  repeat?(frame: FrameCursor): KnownMessage | null;
  /** Told that the frame's message was kept, as the last one so far, and one of its kind before it. */
  learn?(frame: FrameCursor, view: FrameView): void;
}

/** What a frame that was not decoded adds to the counts of its point. */
export interface KnownMessage {
  readonly point: number;
  readonly isEncapsulated: boolean;
  readonly isTagged: boolean;
}
