import { defineDiagnosis, rfc } from '../text.js';

export default defineDiagnosis({
  id: 'checksum-offload-fault',
  segment: 'S23/S45',
  summary: 'TCP arrives with wrong checksums behind the wire while ping works.',
  why: 'ICMP checksums are made in software, TCP ones may be left to hardware that cannot see inside the tunnel.',
  shows: 'A TCP SYN with a wrong checksum on the receiving side, and no SYN+ACK.',
  remedy:
    'Switch transmit checksum offload off on the tunnel device (Calico does for kernels before 5.7), or update the NIC driver.',
  causes: [
    {
      cause: 'transmit checksum offload on the tunnel device, with masquerading that randomises ports',
      confirm: 'TCP works after switching it off',
      on: 'sender',
      command: (s) => `ethtool -K ${s.tunnel} tx off`,
    },
    {
      cause: 'a NIC that segments or checksums IPIP wrongly',
      confirm: 'TCP works after switching tx-ipxip4-segmentation off',
      on: 'sender',
      command: () => 'ethtool -K <interface> tx-ipxip4-segmentation off tx-checksum-ip-generic off',
    },
  ],
  sources: [rfc(9293, '3.1')],
});
