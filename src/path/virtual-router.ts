/**
 * MAC addresses that stand for a group of routers: datagrams go to the group's address and come from a router's own, so the
 * two directions differ by right. VRRP for IPv4 and IPv6 (RFC 9568 section 7.3, also CARP), HSRP versions 1 (RFC 2281) and 2,
 * GLBP (Cisco's registered blocks).
 */
const groups = /^(?:00:00:5e:00:0[12]:|00:00:0c:07:ac:|00:00:0c:9f:f|00:07:b4:00:)/;

export function isVirtualRouter(mac: string): boolean {
  return groups.test(mac);
}
