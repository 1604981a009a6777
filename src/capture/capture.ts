/** What the capture room hands on: one reused cursor a frame, and one summary a file. */

/** How reading a capture file ended. `cut`: the file stops inside a record. `corrupt`: a length in it cannot be believed. */
export type CaptureEnding = 'clean' | 'cut' | 'corrupt';

/** One interface of a capture file. A classic pcap has exactly one, without a name. */
export interface CaptureInterface {
  /** 0-based over the whole file (pcapng sections follow one another). */
  readonly index: number;
  readonly name: string | null;
  readonly description: string | null;
  /** The capture filter that the writer noted (pcapng if_filter), else null. */
  readonly filter: string | null;
  /** LINKTYPE_ number, FCS bits masked off. */
  readonly linkType: number;
  readonly snapLength: number;
}

/**
 * The frame that a reader stands on. One object serves a whole file: its fields, and the octets in `bytes`, hold
 * only until the visitor returns.
 */
export interface FrameCursor {
  bytes: Uint8Array;
  /** Over the same octets, offset for offset: words are read faster through it. */
  view: DataView;
  /** The frame's octets are bytes[start, end); end - start is the captured length. */
  start: number;
  end: number;
  /** Length on the wire (pcap's original length), in octets. */
  wireLength: number;
  /** 1-based, as Wireshark counts. */
  frameNumber: number;
  /** Seconds since 1970 and nanoseconds within the second. */
  seconds: number;
  nanoseconds: number;
  linkType: number;
  interfaceIndex: number;
  /** As the file calls it, else null. */
  interfaceName: string | null;
  /** Per-packet comments (pcapng opt_comment); null when there is none. */
  comments: readonly string[] | null;
}

/** Called once a frame, in the file's order. Must not keep the cursor or its bytes. */
export type FrameVisitor = (frame: FrameCursor) => void;

export interface CaptureSummary {
  /** As given by the user. */
  readonly file: string;
  readonly format: 'pcap' | 'pcapng';
  /** null, or the name of the compression that was around it. */
  readonly compression: 'gzip' | 'zstd' | 'lz4' | 'xz' | null;
  readonly frames: number;
  readonly interfaces: readonly CaptureInterface[];
  readonly ending: CaptureEnding;
  /** Octets (of the uncompressed stream) after the last whole record that were not used; 0 when clean. */
  readonly octetsUnread: number;
  /** Octet offset (uncompressed) at which the damage begins, null when clean. */
  readonly damageOffset: number | null;
  /** One sentence that says what is wrong there, null when clean. */
  readonly damage: string | null;
  /** Oddities that are no damage, each once: 'original length below captured length', 'snapshot length 0', … */
  readonly notes: readonly string[];
}
