import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'packet-corrupted',
  segment: 'the segment',
  summary: 'Octets change on the way.',
  why: 'Checksums catch most of it and turn it into loss; what they do not catch is delivered wrong.',
  shows: 'Wrong checksums, or other octets, from one hop on.',
  remedy: 'Replace or reset what is on that segment: NIC, cable, switch, virtual switch; check its error counters.',
  causes: [
    {
      cause: 'faulty hardware, driver or virtual switch',
      confirm: 'error counters grow; the damage follows one device',
      on: 'receiver',
      command: () => 'ethtool -S <interface> | grep -i -e err -e crc; nstat -az IpExtInCsumErrors IcmpInCsumErrors',
    },
    {
      cause: 'a faulty offload of tunnel datagrams',
      confirm: 'the damage ends when the offload is off',
      on: 'sender',
      command: () => 'ethtool -k <interface> | grep -e tx-ipxip4 -e tx-checksum; ethtool -K <interface> tx off gso off',
    },
  ],
  sources: [rfc(1071, '1')],
});
