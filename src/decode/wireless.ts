/** IEEE 802.11 (section 9.2.4), and the headers that capturing drivers put before it: radiotap, Prism, AVS and PPI. */
import { uint16, uint32 } from './bytes.js';
import { type FrameView, LimitBy, Problem } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

/** Frame control, duration and one address: no frame is shorter. */
const MIN_LENGTH = 10;
const DATA_LENGTH = 24;
const DATA = 2;
const QOS = 0x08;
const WITHOUT_DATA = 0x04;
const BETWEEN_ACCESS_POINTS = 0x03;
const PROTECTED = 0x40;
const HAS_HT_CONTROL = 0x80;
const AGGREGATED = 0x80;
const AGGREGATED_LENGTH = 14;

const RADIOTAP_LENGTH = 8;
const RADIOTAP_TSFT = 0x01;
const RADIOTAP_FLAGS = 0x02;
const RADIOTAP_MORE = 0x80;
const RADIOTAP_PADDED = 0x20;
const AVS_LENGTH = 8;
/** The last octet counts the version. */
const AVS_MAGIC = 0x802110;
const PRISM_LENGTH = 144;
const PPI_LENGTH = 8;

/** 0 management, 1 control, 2 data. */
export function frameType(bytes: Uint8Array, at: number): number {
  return (bytes[at]! >>> 2) & 3;
}

export function subtype(bytes: Uint8Array, at: number): number {
  return bytes[at]! >>> 4;
}

export function isProtected(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 1]! & PROTECTED) !== 0;
}

/** Index in `bytes` of the address of who shall receive the frame. */
export function receiver(at: number): number {
  return at + 4;
}

function littleEndian16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

export function decode(view: FrameView, bytes: Uint8Array, at: number, limit: number, isPadded = false): number {
  if (limit - at < MIN_LENGTH) return view.tooShort(LayerKind.Ieee80211, at, MIN_LENGTH, limit);
  const type = frameType(bytes, at);
  if (type === DATA && limit - at < DATA_LENGTH) return view.tooShort(LayerKind.Ieee80211, at, DATA_LENGTH, limit);
  view.add(LayerKind.Ieee80211, at, limit);
  const kind = subtype(bytes, at);
  if (type !== DATA || (kind & WITHOUT_DATA) !== 0 || isProtected(bytes, at)) return LayerKind.None;
  const flags = bytes[at + 1]!;
  let header = DATA_LENGTH;
  let isAggregated = false;
  if ((flags & BETWEEN_ACCESS_POINTS) === BETWEEN_ACCESS_POINTS) header += 6;
  if ((kind & QOS) !== 0) {
    if (limit - at < header + 2) return view.tooShort(LayerKind.Ieee80211, at, header + 2, limit);
    isAggregated = (bytes[at + header]! & AGGREGATED) !== 0;
    header += 2;
    if ((flags & HAS_HT_CONTROL) !== 0) header += 4;
  }
  if (isPadded) header = (header + 3) & ~3;
  // Of several frames in one, each with a header like Ethernet's, only the first is followed.
  if (isAggregated) header += AGGREGATED_LENGTH;
  if (limit - at < header) return view.tooShort(LayerKind.Ieee80211, at, header, limit);
  if (isAggregated) {
    const end = at + header + uint16(bytes, at + header - 2);
    if (end <= limit) view.narrow(end, LimitBy.HeaderLength);
  }
  view.nextAt = at + header;
  return LayerKind.Llc;
}

/** https://www.radiotap.org: little-endian, its length in the third and fourth octet. */
export function decodeRadiotap(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < RADIOTAP_LENGTH) return view.tooShort(LayerKind.Radiotap, at, RADIOTAP_LENGTH, limit);
  const header = littleEndian16(bytes, at + 2);
  if (header < RADIOTAP_LENGTH) {
    return view.fault(Problem.BadHeaderLength, LayerKind.Radiotap, at, RADIOTAP_LENGTH, header);
  }
  if (limit - at < header) return view.tooShort(LayerKind.Radiotap, at, header, limit);
  view.add(LayerKind.Radiotap, at, limit);
  view.nextAt = at + header;
  return decode(view, bytes, at + header, limit, isPadded(bytes, at, header));
}

/** Whether the driver put octets behind the 802.11 header, so that its length is a multiple of four. */
function isPadded(bytes: Uint8Array, at: number, header: number): boolean {
  const present = bytes[at + 4]!;
  if ((present & RADIOTAP_FLAGS) === 0) return false;
  let field = 8;
  while (field <= header && (bytes[at + field - 1]! & RADIOTAP_MORE) !== 0) field += 4;
  if ((present & RADIOTAP_TSFT) !== 0) field = ((field + 7) & ~7) + 8;
  return field < header && (bytes[at + field]! & RADIOTAP_PADDED) !== 0;
}

/** Some drivers write an AVS header where the link type says Prism. */
export function decodePrism(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at >= 4 && uint32(bytes, at) >>> 8 === AVS_MAGIC) return decodeAvs(view, bytes, at, limit);
  if (limit - at < PRISM_LENGTH) return view.tooShort(LayerKind.Prism, at, PRISM_LENGTH, limit);
  view.add(LayerKind.Prism, at, limit);
  view.nextAt = at + PRISM_LENGTH;
  return LayerKind.Ieee80211;
}

export function decodeAvs(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < AVS_LENGTH) return view.tooShort(LayerKind.Avs, at, AVS_LENGTH, limit);
  const header = uint32(bytes, at + 4);
  if (header < AVS_LENGTH) return view.fault(Problem.BadHeaderLength, LayerKind.Avs, at, AVS_LENGTH, header);
  if (limit - at < header) return view.tooShort(LayerKind.Avs, at, header, limit);
  view.add(LayerKind.Avs, at, limit);
  view.nextAt = at + header;
  return LayerKind.Ieee80211;
}

/** The per-packet information header says itself which link type follows it. */
export function decodePpi(view: FrameView, bytes: Uint8Array, at: number, limit: number): number {
  if (limit - at < PPI_LENGTH) return view.tooShort(LayerKind.Ppi, at, PPI_LENGTH, limit);
  const header = littleEndian16(bytes, at + 2);
  if (header < PPI_LENGTH) return view.fault(Problem.BadHeaderLength, LayerKind.Ppi, at, PPI_LENGTH, header);
  if (limit - at < header) return view.tooShort(LayerKind.Ppi, at, header, limit);
  view.add(LayerKind.Ppi, at, limit);
  view.nextAt = at + header;
  switch (littleEndian16(bytes, at + 4)) {
    case 1:
      return LayerKind.Ethernet;
    case 105:
      return LayerKind.Ieee80211;
    default:
      return LayerKind.None;
  }
}
