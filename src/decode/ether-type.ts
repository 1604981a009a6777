/** Which layer an EtherType announces (IEEE 802 Numbers, IANA). */
import { LayerKind } from './layer-kind.js';

export const EtherType = {
  Ipv4: 0x0800,
  Arp: 0x0806,
  ReverseArp: 0x8035,
  TransparentBridging: 0x6558,
  Vlan: 0x8100,
  Ipv6: 0x86dd,
  PppoeDiscovery: 0x8863,
  PppoeSession: 0x8864,
  ServiceVlan: 0x88a8,
  /** Stacked tags of switches older than 802.1ad. */
  OldServiceVlan: 0x9100,
} as const;

/** Below this the field of an Ethernet header is a length (IEEE 802.3 section 3.2.6). */
export const FIRST_ETHER_TYPE = 0x600;

/** LayerKind.None for a type that is not decoded. */
export function layerOfEtherType(etherType: number): number {
  switch (etherType) {
    case EtherType.Ipv4:
      return LayerKind.Ipv4;
    case EtherType.Arp:
    case EtherType.ReverseArp:
      return LayerKind.Arp;
    case EtherType.Ipv6:
      return LayerKind.Ipv6;
    case EtherType.Vlan:
    case EtherType.ServiceVlan:
    case EtherType.OldServiceVlan:
      return LayerKind.Vlan;
    case EtherType.PppoeDiscovery:
    case EtherType.PppoeSession:
      return LayerKind.Pppoe;
    case EtherType.TransparentBridging:
      return LayerKind.Ethernet;
    default:
      return LayerKind.None;
  }
}
