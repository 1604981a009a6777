/** Which layer an IP protocol number (an IPv6 next header) announces (IANA, Protocol Numbers). */
import type { FrameView } from './frame-view.js';
import { LayerKind } from './layer-kind.js';

export const IpProtocol = {
  Icmp: 1,
  Ipv4: 4,
  Tcp: 6,
  Udp: 17,
  Ipv6: 41,
  Gre: 47,
  Esp: 50,
  Ah: 51,
  Icmpv6: 58,
  EtherIp: 97,
  Pim: 103,
  Mpls: 137,
  Ethernet: 143,
} as const;

/** LayerKind.None for a protocol that is not decoded. */
export function layerOfIpProtocol(view: FrameView, protocol: number): number {
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
    case IpProtocol.Esp:
      return LayerKind.Esp;
    case IpProtocol.Ah:
      return LayerKind.Ah;
    case IpProtocol.Icmpv6:
      return LayerKind.Icmpv6;
    case IpProtocol.EtherIp:
      return LayerKind.EtherIp;
    case IpProtocol.Pim:
      return LayerKind.Pim;
    case IpProtocol.Ethernet:
      view.detach();
      return LayerKind.Ethernet;
    case IpProtocol.Mpls:
      return LayerKind.Mpls;
    default:
      return LayerKind.None;
  }
}
