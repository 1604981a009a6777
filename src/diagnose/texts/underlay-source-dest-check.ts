import { defineDiagnosis, flannelIpip } from '../text.js';

export default defineDiagnosis({
  id: 'underlay-source-dest-check',
  segment: 'S34',
  summary: 'Plain pod addresses leave one node and do not reach the other.',
  why: 'Clouds drop frames whose source or destination is not an address of the machine, which is what unencapsulated pod traffic is.',
  shows: 'Inner datagram without outer header on the sender, nothing on the receiver.',
  remedy: 'Switch the source/destination check (or port security) off for the nodes, or always encapsulate.',
  causes: [
    {
      cause: 'the source/destination check or port security of the cloud drops pod addresses',
      confirm: 'the setting of the network interface in the cloud',
      on: 'underlay',
      command: () =>
        'aws ec2 describe-network-interfaces --query "NetworkInterfaces[].SourceDestCheck" (or the like of your cloud)',
    },
    {
      cause: 'the plain datagram went to a gateway that does not know the pod subnet',
      confirm: "the destination MAC is the gateway's",
      on: 'sender',
      command: (s) => `ip route get ${s.receiverPod}`,
    },
  ],
  sources: [flannelIpip('GetRoute')],
});
