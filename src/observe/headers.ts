/** What the headers that the decoder found in a frame say together. */
import { ABSENT, type FrameView } from '../decode/frame.js';
import * as ipv4 from '../decode/ipv4.js';
import { LayerKind } from '../decode/layer-kind.js';
import * as vlan from '../decode/vlan.js';
import type { Encapsulation } from '../path/facts.js';

/** Columns hold an encapsulation as its position here. */
export const encapsulations: readonly Encapsulation[] = [
  'none',
  'ipip',
  'ipip-in-ipip',
  'vxlan',
  'gre',
  'geneve',
  '6in4',
  '4in6',
  'wireguard',
  'other',
  'udp',
];
const code = (name: Encapsulation): number => encapsulations.indexOf(name);
export const NONE = 0;
export const IPIP = 1;
const IPIP_TWICE = code('ipip-in-ipip');
const VXLAN = code('vxlan');
const GRE = code('gre');
const GENEVE = code('geneve');
const FOUR_IN_SIX = code('4in6');
const OTHER = code('other');
export const IN_UDP = code('udp');

/** One past the last captured octet of the layer that starts at `at`. */
export function limitOf(view: FrameView, at: number): number {
  for (let i = view.count - 1; i >= 0; i--) if (view.at[i] === at) return view.limit[i]!;
  return view.end;
}

/** Position in `encapsulations` of what the innermost IPv4 datagram before any quote travels in. */
export function encapsulationOf(view: FrameView): number {
  let ip = 0;
  let before: number = ABSENT;
  let tunnel = NONE;
  for (let i = 0; i < view.quotedFrom; i++) {
    switch (view.kind[i]) {
      case LayerKind.Ipv4:
        tunnel = throughIpv4(view, i, ++ip, before, tunnel);
        before = view.at[i]!;
        break;
      case LayerKind.Ipv6:
        if (ip === 0) tunnel = FOUR_IN_SIX;
        break;
      case LayerKind.Vxlan:
        tunnel = VXLAN;
        break;
      case LayerKind.Gre:
        tunnel = GRE;
        break;
      case LayerKind.Geneve:
        tunnel = GENEVE;
        break;
      case LayerKind.Udp:
        if (ip === 1 && view.at[i]! < view.inner && tunnel === NONE) tunnel = OTHER;
        break;
      default:
    }
    if (view.at[i]! >= view.inner) break;
  }
  return tunnel;
}

/** What `tunnel` is behind layer `i`, the IPv4 header number `ip` of the frame; `before`: where the one before it stands. */
function throughIpv4(view: FrameView, i: number, ip: number, before: number, tunnel: number): number {
  // Only protocol 4 is IP in IP.
  if (ip === 2 && tunnel === NONE) return ipv4.protocol(view.bytes, before) === 4 ? IPIP : OTHER;
  if (ip === 2 && tunnel === OTHER && view.kind[i - 1] === LayerKind.Udp) return IN_UDP;
  return ip > 2 && tunnel === IPIP ? IPIP_TWICE : tunnel;
}

/** VLAN identifiers of the tags behind the frame's first header, outermost first. */
export function vlansOf(view: FrameView): number[] {
  const ids: number[] = [];
  for (let i = 1; i < view.count && view.kind[i] === LayerKind.Vlan; i++) {
    ids.push(vlan.identifier(view.bytes, view.at[i]!));
  }
  return ids;
}
