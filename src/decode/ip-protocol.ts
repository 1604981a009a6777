/** Which layer an IP protocol number (an IPv6 next header) announces (IANA, Protocol Numbers). */
import { LayerKind } from './layer-kind.js';

export const IpProtocol = {
  Icmp: 1,
  Ipv4: 4,
  Tcp: 6,
  Udp: 17,
  Ipv6: 41,
  Gre: 47,
  Icmpv6: 58,
} as const;

/** LayerKind.None for a protocol that is not decoded. */
export function layerOfIpProtocol(protocol: number): number {
  switch (protocol) {
    case IpProtocol.Icmp:
      return LayerKind.Icmpv4;
    case IpProtocol.Ipv4:
      return LayerKind.Ipv4;
    case IpProtocol.Tcp:
      return LayerKind.Tcp;
    case IpProtocol.Udp:
      return LayerKind.Udp;
    case IpProtocol.Ipv6:
      return LayerKind.Ipv6;
    case IpProtocol.Gre:
      return LayerKind.Gre;
    case IpProtocol.Icmpv6:
      return LayerKind.Icmpv6;
    default:
      return LayerKind.None;
  }
}
