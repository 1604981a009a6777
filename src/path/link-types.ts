/** Link-layer header types as capture files number them (https://www.tcpdump.org/linktypes.html). */

export const LinkType = {
  Null: 0,
  Ethernet: 1,
  Ppp: 9,
  /** What some writers store for raw IP: the DLT_RAW of most systems. */
  RawDlt: 12,
  /** DLT_RAW of OpenBSD. */
  RawOpenBsd: 14,
  PppHdlc: 50,
  PppEthernet: 51,
  Raw: 101,
  CiscoHdlc: 104,
  Ieee80211: 105,
  Loop: 108,
  LinuxSll: 113,
  Ieee80211Radiotap: 127,
  Ipv4: 228,
  Ipv6: 229,
  DBus: 231,
  Nflog: 239,
  UsbPcap: 249,
  Netlink: 253,
  LinuxSll2: 276,
  Ebhscr: 279,
} as const;

const names: ReadonlyMap<number, string> = new Map([
  [LinkType.Null, 'null'],
  [LinkType.Ethernet, 'ethernet'],
  [LinkType.Ppp, 'ppp'],
  [LinkType.RawDlt, 'raw'],
  [LinkType.RawOpenBsd, 'raw'],
  [LinkType.PppHdlc, 'ppp-hdlc'],
  [LinkType.PppEthernet, 'ppp-ethernet'],
  [LinkType.Raw, 'raw'],
  [LinkType.CiscoHdlc, 'cisco-hdlc'],
  [LinkType.Ieee80211, 'ieee802.11'],
  [LinkType.Loop, 'loop'],
  [LinkType.LinuxSll, 'linux-sll'],
  [LinkType.Ieee80211Radiotap, 'ieee802.11-radiotap'],
  [LinkType.Ipv4, 'ipv4'],
  [LinkType.Ipv6, 'ipv6'],
  [LinkType.DBus, 'dbus'],
  [LinkType.Nflog, 'nflog'],
  [LinkType.UsbPcap, 'usbpcap'],
  [LinkType.Netlink, 'netlink'],
  [LinkType.LinuxSll2, 'linux-sll2'],
  [LinkType.Ebhscr, 'ebhscr'],
]);

/** The name in words, or `linktype-147` for a number that has none here. */
export function linkTypeName(linkType: number): string {
  return names.get(linkType) ?? `linktype-${linkType}`;
}

/** Above this many octets a captured length cannot be believed (libpcap MAXIMUM_SNAPLEN, WTAP_MAX_PACKET_SIZE_STANDARD). */
const standardLimit = 262_144;

/**
 * libpcap and Wireshark allow D-Bus and USBPcap 128 MiB; a window that large would break the memory bound, and no such
 * frame can carry IP-in-IP, so the three long-framed link types are believed up to this.
 */
const longFrameLimit = 16 * 1024 * 1024;

/** The longest captured length, in octets, that is believed for a link type. */
export function captureLimit(linkType: number): number {
  switch (linkType) {
    case LinkType.DBus:
    case LinkType.UsbPcap:
    case LinkType.Ebhscr:
      return longFrameLimit;
    default:
      return standardLimit;
  }
}
