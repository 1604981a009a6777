/** Puts the first fault of a frame into words and numbers for people; runs only when someone asks. */
import { type FrameView, LimitBy, Problem } from './frame-view.js';
import { LayerKind, layerNames } from './layer-kind.js';

export interface Fault {
  /** Name of the layer that could not be trusted, or of a link type that is not decoded. */
  readonly layer: string;
  readonly problem: 'too-short' | 'wrong-version' | 'bad-header-length' | 'bad-length' | 'bad-checksum' | 'unsupported';
  /** Offset of the layer in the frame, in octets, as Wireshark counts. */
  readonly at: number;
  /** Octets that the header needs or claims; the version expected in 'wrong-version'. */
  readonly needed: number;
  /** Octets that there are; the version found in 'wrong-version'. */
  readonly available: number;
  /** What set the limit that was broken. */
  readonly limit: 'captured-length' | 'outer-total-length' | 'inner-total-length' | 'header-length';
}

const problems: Readonly<Record<number, Fault['problem']>> = {
  [Problem.TooShort]: 'too-short',
  [Problem.WrongVersion]: 'wrong-version',
  [Problem.BadHeaderLength]: 'bad-header-length',
  [Problem.BadLength]: 'bad-length',
  [Problem.LengthBelowHeader]: 'bad-length',
  [Problem.Unsupported]: 'unsupported',
  [Problem.UnsupportedLinkType]: 'unsupported',
};

/** Link types that are met in practice but not decoded here. */
const linkNames: ReadonlyMap<number, string> = new Map([
  [189, 'usb-linux'],
  [201, 'bluetooth-hci'],
  [220, 'usb-linux-mmapped'],
  [227, 'can-socketcan'],
  [231, 'dbus'],
  [249, 'usbpcap'],
  [253, 'netlink'],
]);

/** null when the frame was decoded as far as the decoder goes. */
export function faultOf(view: FrameView): Fault | null {
  if (view.faultCode === Problem.None) return null;
  return {
    layer:
      view.faultCode === Problem.UnsupportedLinkType
        ? (linkNames.get(view.linkType) ?? `linktype-${view.linkType}`)
        : layerNames[view.faultLayer]!,
    problem: problems[view.faultCode]!,
    at: view.faultAt - view.start,
    needed: view.faultNeeded,
    available: view.faultAvailable,
    limit: limitOf(view),
  };
}

function limitOf(view: FrameView): Fault['limit'] {
  // A header that contradicts itself breaks its own limit.
  if (view.faultCode === Problem.BadHeaderLength || view.faultCode === Problem.LengthBelowHeader)
    return 'header-length';
  if (view.faultLimitBy === LimitBy.Captured) return 'captured-length';
  if (view.faultLimitBy === LimitBy.HeaderLength) return 'header-length';
  // The total length is an outer one when an IP header follows it, be it the one that is at fault.
  if (isIp(view.faultLayer) && view.faultAt !== view.at[view.faultLimitLayer]) return 'outer-total-length';
  for (let i = view.faultLimitLayer + 1; i < view.count; i++) {
    if (isIp(view.kind[i]!)) return 'outer-total-length';
  }
  return 'inner-total-length';
}

function isIp(kind: number): boolean {
  return kind === LayerKind.Ipv4 || kind === LayerKind.Ipv6;
}
