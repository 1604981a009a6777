/** Every diagnosis in its own words: what it means, how it shows, its candidates with what confirms each and the command to run next. */
import type { Source } from '../checks/rule.js';

/** What texts and commands may refer to; the words for one direction of travel. */
export interface Scene {
  /** Machine names, or what stands for them when nobody named them. */
  readonly sender: string;
  readonly receiver: string;
  readonly senderPod: string;
  readonly receiverPod: string;
  /** Addresses as text; '…' when unknown. */
  readonly senderNode: string;
  readonly receiverNode: string;
  readonly tunnel: string;
  readonly tunnelMtu: number;
  readonly underlayMtu: number;
  readonly filter: string;
}

export interface CauseText {
  readonly cause: string;
  readonly confirm: string;
  readonly on: 'sender' | 'receiver' | 'senderPod' | 'receiverPod' | 'underlay' | 'capture';
  readonly command: (s: Scene) => string;
}

export interface DiagnosisText {
  readonly id: string;
  /** Where it lies, for the overview; a diagnosis itself names the segment it found. */
  readonly segment: string;
  readonly summary: string;
  /** Why it matters to someone who reads it. */
  readonly why: string;
  /** Its signature in captures. */
  readonly shows: string;
  readonly remedy: string;
  readonly causes: readonly CauseText[];
  readonly sources: readonly Source[];
}

const linux = (path: string, symbol: string): Source => ({ kind: 'code', project: 'torvalds/linux', path, symbol });
const flannelIpip = (symbol: string): Source => ({
  kind: 'code',
  project: 'flannel-io/flannel',
  path: 'pkg/backend/ipip/ipip.go',
  symbol,
});
const rfc = (number: number, section: string): Source => ({ kind: 'rfc', number, section });

const routeGet = (s: Scene): string => `ip route get ${s.receiverPod} from ${s.senderPod} iif cni0`;

export const diagnosisTexts: readonly DiagnosisText[] = [
  {
    id: 'no-request-found',
    segment: '–',
    summary: 'No capture holds an ICMP echo request between pods.',
    why: 'Without a request nothing was tested: the gate must not pass.',
    shows: 'Captures without echo requests, or only with such as stay on one link or run between the nodes themselves.',
    remedy: 'Start the captures, ping from pod to pod across two nodes, then stop them.',
    causes: [
      {
        cause: 'the ping was not sent while the captures ran, or from another network namespace',
        confirm: 'the captures hold other traffic of the same time',
        on: 'senderPod',
        command: () => 'ping -c 3 <address of a pod on another node>',
      },
      {
        cause: 'a capture filter let no ICMP through',
        confirm: 'the filter of the tcpdump command line; `icmp` matches nothing inside IPIP, `ip proto 4` does',
        on: 'capture',
        command: () => "tcpdump -pni <interface> -w <file> 'icmp or ip proto 4 or arp'",
      },
    ],
    sources: [rfc(792, 'Echo or Echo Reply Message')],
  },
  {
    id: 'hops-merged',
    segment: '–',
    summary: 'Captures of several hops were merged into one classic pcap, which does not tell them apart.',
    why: 'Whether a datagram got from one hop to the next shows only where each frame is known to be of one of them.',
    shows: 'One capture with the same request plain and encapsulated.',
    remedy: 'Give the captures as files of their own, or merge them into a pcapng, which keeps the interfaces.',
    causes: [
      {
        cause: 'mergecap -F pcap, or a tool that writes classic pcap, joined the captures of several hops',
        confirm: 'the captures that it was made of are still there',
        on: 'capture',
        command: () => 'mergecap -F pcapng -w all.pcapng <captures>',
      },
    ],
    sources: [{ kind: 'code', project: 'wireshark/wireshark', path: 'mergecap.c', symbol: 'main' }],
  },
  {
    id: 'captures-from-different-runs',
    segment: '–',
    summary: 'The captures hold different pings of one flow: no single probe is in two of them.',
    why: 'Hop by hop everything may be right while no datagram ever travelled the whole way.',
    shows: 'The same pair of pods at several points, with other ICMP identifiers or sequences at each.',
    remedy: 'Run all captures at once and ping then; or accept hop-by-hop proof with --by-flow.',
    causes: [
      {
        cause: 'the captures were taken one after the other, each with a ping of its own',
        confirm: 'their time ranges do not overlap',
        on: 'capture',
        command: () => 'capinfos -ae <captures>',
      },
    ],
    sources: [rfc(2330, '10')],
  },
  {
    id: 'source-node-forwarding-drop',
    segment: 'S12',
    summary: 'The sending node took the datagram from the pod and did not forward it to its tunnel device.',
    why: 'The loss is on one machine; nothing beyond it can be at fault.',
    shows: 'Seen at the pod, not at the tunnel device, and no ICMP error: all of these causes are silent.',
    remedy: "Let the node forward pod traffic: CNI's FORWARD rules, ip_forward, the route to the peer's pod subnet.",
    causes: [
      {
        cause: 'FORWARD policy or a NetworkPolicy drops it',
        confirm: 'packet counters of a DROP rule or of the policy grow with each ping',
        on: 'sender',
        command: (s) => `${s.filter}; iptables -L FORWARD -vn`,
      },
      {
        cause: 'forwarding is off',
        confirm: 'net.ipv4.ip_forward is 0',
        on: 'sender',
        command: () => 'sysctl net.ipv4.ip_forward; nstat -az IpForwDatagrams IpInAddrErrors IpOutNoRoutes',
      },
      {
        cause: 'a blackhole route, or reverse path filtering on the bridge',
        confirm: 'the route is a blackhole, or TcpExtIPReversePathFilter grows',
        on: 'sender',
        command: (s) => `${routeGet(s)}; nstat -az TcpExtIPReversePathFilter`,
      },
    ],
    sources: [linux('net/ipv4/ip_forward.c', 'ip_forward'), linux('net/ipv4/fib_frontend.c', 'fib_validate_source')],
  },
  {
    id: 'tunnel-route-missing',
    segment: 'S12/S23',
    summary: "The sending node has no route to the peer's pod subnet through its tunnel device.",
    why: 'Without that route pod traffic follows the default route and leaves unencapsulated, or is refused.',
    shows: 'Pod addresses in plain frames to the gateway, or ICMP 3/0 from the own node.',
    remedy: "Restore the route: look at the CNI agent's log on that node, then restart it.",
    causes: [
      {
        cause: "the route to the peer's pod subnet is missing",
        confirm: 'ip route get answers with the default gateway or "unreachable"',
        on: 'sender',
        command: (s) => `ip route get ${s.receiverPod}; ip route show dev ${s.tunnel}`,
      },
      {
        cause: 'the tunnel device is missing or down, which removes its routes',
        confirm: 'the device is not in the list, or not UP',
        on: 'sender',
        command: () => 'ip -d link show type ipip',
      },
    ],
    sources: [flannelIpip('GetRoute'), linux('net/ipv4/fib_semantics.c', 'fib_sync_down_dev')],
  },
  {
    id: 'neighbour-unresolved',
    segment: 'S23',
    summary: 'The sending node gets no answer to its ARP question for the next hop.',
    why: 'The kernel holds the datagram, asks three times and drops it; the tunnel itself is not at fault.',
    shows: 'The datagram on the tunnel device; on the node interface only who-has without is-at.',
    remedy: 'Bring the next hop back, or correct the address to which the route points.',
    causes: [
      {
        cause: 'the peer node is down, or its interface is',
        confirm: 'no answer to a ping of the node address either',
        on: 'sender',
        command: (s) => `ping -c 2 ${s.receiverNode}; ip neigh show ${s.receiverNode}`,
      },
      {
        cause: 'the route points to an address that no machine has (any more)',
        confirm: "the peer's addresses do not hold the outer destination",
        on: 'receiver',
        command: () => 'ip -br addr',
      },
      {
        cause: 'the two nodes are not on one link (VLAN, port isolation)',
        confirm: 'the who-has does not show up in a capture on the peer',
        on: 'receiver',
        command: () => 'tcpdump -pni <interface> arp',
      },
    ],
    sources: [rfc(826, 'Packet Generation'), linux('net/core/neighbour.c', 'neigh_probe')],
  },
  {
    id: 'encapsulator-output-drop',
    segment: 'S23',
    summary: 'The tunnel device took the datagram and nothing left the node interface.',
    why: 'A capture on the tunnel device sees a datagram before the driver can refuse it: seen there does not mean sent.',
    shows: 'Seen on the tunnel device, the node interface captured and without it, not even a who-has.',
    remedy:
      'Let protocol 4 out of the node, and give it a route to the outer destination that is not the tunnel itself.',
    causes: [
      {
        cause: 'the OUTPUT chain drops protocol 4',
        confirm: 'packet counters of a DROP rule grow with each ping',
        on: 'sender',
        command: () => 'iptables -L OUTPUT -vn; nft list chain inet filter output',
      },
      {
        cause: 'no route to the outer destination',
        confirm: 'TX carrier errors of the tunnel device grow',
        on: 'sender',
        command: (s) => `ip route get ${s.receiverNode}; ip -s -s link show ${s.tunnel}`,
      },
      {
        cause: 'the outer destination is routed into the tunnel itself',
        confirm: 'TX collisions of the tunnel device grow',
        on: 'sender',
        command: (s) => `ip -s -s link show ${s.tunnel}`,
      },
    ],
    sources: [linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_xmit'), linux('net/ipv4/ip_tunnel_core.c', 'iptunnel_xmit')],
  },
  {
    id: 'tunnel-mtu-exceeds-underlay',
    segment: 'S23',
    summary: 'Only datagrams above a size vanish between tunnel device and node interface.',
    why: 'Small pings work and large transfers hang: the most expensive kind of half-working network.',
    shows: 'A size threshold between the tunnel device and the node interface, all of them with DF.',
    remedy: "Set the tunnel MTU to the node interface's MTU less 20.",
    causes: [
      {
        cause: 'the tunnel MTU plus 20 is more than the MTU of the node interface',
        confirm: 'the two MTUs differ by less than 20',
        on: 'sender',
        command: (s) => `ip link show ${s.tunnel}; ip route get ${s.receiverNode}; ip -br link`,
      },
      {
        cause: 'an old kernel skips the MTU check of nopmtudisc tunnels and tells itself',
        confirm: 'ICMP 3/4 on lo only',
        on: 'sender',
        command: () => "uname -r; tcpdump -ni lo 'icmp[0]=3 and icmp[1]=4'",
      },
      {
        cause: 'the node had learned a smaller path MTU before the captures began',
        confirm: 'the route to the peer shows a learned mtu that expires',
        on: 'sender',
        command: (s) => `ip route get ${s.receiverNode}; ip route show cache`,
      },
    ],
    sources: [linux('net/ipv4/ip_tunnel.c', 'tnl_update_pmtu'), rfc(2003, '5.1')],
  },
  {
    id: 'proto4-blocked-in-underlay',
    segment: 'S34',
    summary: 'The encapsulated datagram left one node and did not reach the other: the underlay drops IP protocol 4.',
    why: 'Security groups and cloud fabrics know TCP, UDP and ICMP; IPIP is IP protocol number 4 and needs a rule of its own.',
    shows: "Seen on the sender's node interface, the receiver's captured and without it, at all sizes.",
    remedy:
      'Allow IP protocol 4 between the nodes, in both directions (the number 4, called ipencap; the name "ipip" is protocol 94 in /etc/protocols).',
    causes: [
      {
        cause: 'a security group, firewall or the fabric drops IP protocol 4',
        confirm: 'a ping between the node addresses passes while IPIP does not',
        on: 'sender',
        command: (s) => `ping -c 3 ${s.receiverNode}; grep -w -e 4 -e 94 /etc/protocols`,
      },
      {
        cause: "the frame goes to a MAC that is not the receiver's: a stale neighbour entry",
        confirm: "ip neigh differs from the receiver's own MAC",
        on: 'sender',
        command: (s) => `ip neigh show ${s.receiverNode}`,
      },
      {
        cause: 'NAT between the nodes: protocol 4 does not pass a port-translating gateway',
        confirm: 'the nodes are not in one network',
        on: 'sender',
        command: (s) => `ip route get ${s.receiverNode}; traceroute -n ${s.receiverNode}`,
      },
    ],
    sources: [
      rfc(2003, '3.1'),
      { kind: 'code', project: 'projectcalico/calico', path: 'felix/rules/static.go', symbol: 'filterInputChain' },
    ],
  },
  {
    id: 'proto4-stateful-filter',
    segment: 'S34/S45',
    summary:
      'Loss stops at the first tunnel datagram in the other direction: a stateful filter takes protocol 4 only as an answer.',
    why: '"It works after I ping from the other side" comes back after every idle timeout.',
    shows:
      'The first probes are lost, all later ones pass, and the change coincides with the first reverse outer datagram.',
    remedy: 'Allow protocol 4 as new traffic, not only as established, in both directions.',
    causes: [
      {
        cause: 'a security group or host firewall accepts protocol 4 as reply only',
        confirm: 'after the idle timeout the first probes are lost again',
        on: 'receiver',
        command: () => 'conntrack -L -p 4; iptables -L INPUT -vn',
      },
    ],
    sources: [linux('net/netfilter/nf_conntrack_proto_generic.c', 'nf_conntrack_generic_init_net')],
  },
  {
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
  },
  {
    id: 'stale-neighbour',
    segment: 'S34',
    summary: "The outer frame is addressed to a MAC that is not the next hop's.",
    why: 'Another machine, or none, gets the datagram; sometimes it forwards it, and the ping works by accident.',
    shows:
      'Destination MAC on the wire other than ARP or the kernel state gives; an outer TTL that fell on one link; an ICMP redirect.',
    remedy: 'Delete the neighbour entry; if it comes back, find who answers ARP for the address.',
    causes: [
      {
        cause: 'a permanent or outdated neighbour entry on the sending node',
        confirm: "the entry's MAC is not the one of the peer's interface",
        on: 'sender',
        command: (s) => `ip neigh show ${s.receiverNode}; ip neigh flush to ${s.receiverNode}`,
      },
      {
        cause: 'another machine answers ARP for the address',
        confirm: 'two MACs answer',
        on: 'sender',
        command: (s) => `arping -c 3 ${s.receiverNode}`,
      },
    ],
    sources: [rfc(1122, '2.3.2.1'), rfc(826, 'Packet Reception')],
  },
  {
    id: 'wrong-decapsulator',
    segment: 'S34',
    summary: 'The outer destination is not the node that owns the destination pod.',
    why: 'Another node gets the datagram; with a route of its own it forwards it, and the ping works at the price of a detour.',
    shows:
      "Outer destination other than the node from which the destination's replies come; an inner TTL that falls once too often.",
    remedy:
      'Correct the route to the pod subnet on the sending node; look for stale leases or two nodes with one pod CIDR.',
    causes: [
      {
        cause: 'a stale or wrong route to the pod subnet',
        confirm: "the route's gateway is not the node that owns the pod subnet",
        on: 'sender',
        command: (s) => `ip route get ${s.receiverPod}; ip route show dev ${s.tunnel}`,
      },
      {
        cause: 'the lease or node object names another address for that node',
        confirm: "the annotation's public IP is not the node's",
        on: 'sender',
        command: () =>
          'kubectl get nodes -o custom-columns=NAME:.metadata.name,CIDR:.spec.podCIDR,IP:.status.addresses[0].address',
      },
    ],
    sources: [flannelIpip('GetRoute'), rfc(2003, '3.1')],
  },
  {
    id: 'wrong-outer-source',
    segment: 'S23',
    summary: 'The outer source is not the address to which the peer sends back.',
    why: 'A peer that checks sources drops it, and answers go to an address at which no tunnel listens.',
    shows: "Outer source other than the peer's outer destination; often ICMP 3/3 for the answer.",
    remedy:
      "Make the tunnel's `local` the address under which the peers know this node (Flannel --iface, Calico IP_AUTODETECTION_METHOD).",
    causes: [
      {
        cause: "the tunnel device has another `local` than the node's address in the CNI",
        confirm: 'the two differ',
        on: 'sender',
        command: (s) =>
          `ip -d link show ${s.tunnel}; kubectl get node <node> -o yaml | grep -i -e public-ip -e IPv4Address`,
      },
      {
        cause: 'the agent picked another interface (docker0, a NAT interface) for its address',
        confirm: 'the outer source lies in the subnet of that interface',
        on: 'sender',
        command: () => 'ip -br addr',
      },
      {
        cause: 'the outer datagram is masqueraded: a packet mark survived the encapsulation',
        confirm: 'a MASQUERADE rule counts protocol 4',
        on: 'sender',
        command: () => 'iptables -t nat -L POSTROUTING -vn',
      },
    ],
    sources: [flannelIpip('configureIPIPDevice'), linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_lookup')],
  },
  {
    id: 'underlay-nat',
    segment: 'S34',
    summary: 'The outer addresses change between the nodes: NAT in the underlay.',
    why: 'Port-translating NAT cannot carry protocol 4, and one-to-one NAT hides the address by which the tunnel is looked up.',
    shows:
      'Outer source or destination at the receiving node other than at the sending one, with the inner datagram unchanged.',
    remedy: 'Let the nodes reach each other without NAT, or use a backend over UDP.',
    causes: [
      {
        cause: 'a NAT gateway or floating IP between the nodes',
        confirm: "the peer's own addresses do not hold the outer destination",
        on: 'receiver',
        command: () => 'ip -br addr; conntrack -L -p 4',
      },
    ],
    sources: [rfc(3022, '2.2'), rfc(2003, '3.1')],
  },
  {
    id: 'pmtu-reduced',
    segment: 'S34',
    summary: 'A router on the path has a smaller MTU and said so; the sending node passed it on, less 20.',
    why: 'The path works at the smaller size; whoever ignores the message, or sends without DF, pays.',
    shows: 'ICMP 3/4 with next-hop MTU M at the node, ICMP 3/4 with M − 20 at the pod.',
    remedy: 'Lower the tunnel MTU to the path MTU less 20, or raise the MTU of that link.',
    causes: [
      {
        cause: 'a link of the underlay (VPN, WireGuard, overlay of the cloud) has a smaller MTU than the nodes',
        confirm: 'tracepath shows the smaller pmtu',
        on: 'sender',
        command: (s) => `tracepath -n ${s.receiverNode}; ip route get ${s.receiverNode}`,
      },
    ],
    sources: [rfc(1191, '4'), rfc(2003, '5.1'), linux('net/ipv4/ip_tunnel.c', 'tnl_update_pmtu')],
  },
  {
    id: 'pmtu-black-hole',
    segment: 'S34',
    summary: 'Datagrams above a size vanish in the underlay and nobody says so.',
    why: 'Pings work, handshakes work, transfers hang.',
    shows: 'Small datagrams cross the underlay, large ones with DF do not, and no usable ICMP 3/4 comes back.',
    remedy: 'Lower the tunnel MTU to what passes, and let ICMP 3/4 through.',
    causes: [
      {
        cause: 'a link of the underlay has a smaller MTU and its ICMP 3/4 is filtered or never sent',
        confirm: 'ping with DF between the nodes fails above a size without an error',
        on: 'sender',
        command: (s) => `ping -M do -s ${s.underlayMtu - 28} -c 2 ${s.receiverNode}; tracepath -n ${s.receiverNode}`,
      },
      {
        cause: 'ICMP 3/4 reaches the node and is not turned into an answer to the pod',
        confirm: 'ICMP 3/4 on the node interface, none on the tunnel device',
        on: 'sender',
        command: () => "tcpdump -pni any 'icmp[0]=3 and icmp[1]=4'",
      },
    ],
    sources: [rfc(2923, '2.1'), rfc(1191, '6'), rfc(4821, '2')],
  },
  {
    id: 'fragments-lost',
    segment: 'S34',
    summary: 'The first fragment arrives and later ones do not.',
    why: 'Whatever is larger than one fragment never arrives whole.',
    shows:
      'Fragments at the sending node of which only the first is at the receiving one; ICMP 11/1 after the reassembly time.',
    remedy: 'Avoid fragments: pod MTU equal to tunnel MTU. Or let fragments of protocol 4 pass.',
    causes: [
      {
        cause: 'the fabric or a filter drops fragments without a header to look at',
        confirm: 'a large ping without DF between the nodes fails',
        on: 'sender',
        command: (s) => `ping -M dont -s ${s.underlayMtu + 500} -c 2 ${s.receiverNode}; nstat -az IpReasmFails`,
      },
    ],
    sources: [rfc(791, '3.2'), rfc(8900, '3.4')],
  },
  {
    id: 'decapsulator-input-drop',
    segment: 'S45',
    summary: 'The receiving node got the encapsulated datagram and its tunnel device did not show it.',
    why: 'The underlay is fine; the loss is on one machine, silent.',
    shows: "Seen on the receiver's node interface, its tunnel device captured and empty, no ICMP error.",
    remedy:
      'Accept protocol 4 from the peer nodes, and give the tunnel the local address that is the outer destination.',
    causes: [
      {
        cause: 'the INPUT chain (or the CNI host rule for IPIP from unknown hosts) drops protocol 4',
        confirm: 'packet counters of a DROP rule grow with each ping',
        on: 'receiver',
        command: () => 'iptables -L INPUT -vn; nft list ruleset | grep -n drop',
      },
      {
        cause: 'no tunnel device matches the outer addresses and the fallback device took it',
        confirm: 'packets on tunl0 instead',
        on: 'receiver',
        command: () => 'ip -d link show type ipip; ip -s link show tunl0',
      },
      {
        cause: 'a wrong outer checksum, or an xfrm policy',
        confirm: 'IpInHdrErrors or XfrmInNoPols grow',
        on: 'receiver',
        command: () => 'nstat -az IpInHdrErrors IpExtInCsumErrors XfrmInNoPols; ip xfrm policy',
      },
    ],
    sources: [
      linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_rcv'),
      { kind: 'code', project: 'projectcalico/calico', path: 'felix/rules/static.go', symbol: 'filterInputChain' },
    ],
  },
  {
    id: 'decapsulator-input-reject',
    segment: 'S45',
    summary: 'The receiving node rejects the encapsulated datagram by a filter that says so.',
    why: 'The error is about the outer datagram and ends at the sending node: the pod never hears of it.',
    shows: 'ICMP 3/9, 3/10 or 3/13 from the receiving node, quoting outer and inner header.',
    remedy:
      'Accept protocol 4 from the peer nodes before the REJECT rule (firewalld: a rich rule or the trusted zone).',
    causes: [
      {
        cause: 'firewalld or another host firewall rejects protocol 4',
        confirm: 'counters of the REJECT rule grow with each ping',
        on: 'receiver',
        command: () => 'iptables -L INPUT -vn; firewall-cmd --list-all',
      },
    ],
    sources: [rfc(1812, '5.2.7.1'), linux('net/ipv4/ipip.c', 'ipip_err')],
  },
  {
    id: 'ipip-handler-missing',
    segment: 'S45',
    summary: 'The receiving kernel knows no protocol 4: the ipip module is not there.',
    why: 'No tunnel can receive on that node, whatever its routes say.',
    shows: 'ICMP 3/2 from the receiving node, quoting outer and inner header.',
    remedy: 'Load the module (modprobe ipip) and let the CNI agent create its device again.',
    causes: [
      {
        cause: 'the ipip (tunnel4) module is not loaded',
        confirm: 'lsmod does not list it',
        on: 'receiver',
        command: () => 'lsmod | grep -e ipip -e tunnel4; modprobe ipip',
      },
      {
        cause: 'a filter rejects protocol 4 with protocol unreachable',
        confirm: 'a REJECT rule with icmp-proto-unreachable',
        on: 'receiver',
        command: () => 'iptables -S | grep -i reject; nft list ruleset | grep -n reject',
      },
    ],
    sources: [linux('net/ipv4/ip_input.c', 'ip_protocol_deliver_rcu'), rfc(1122, '3.2.2.1')],
  },
  {
    id: 'tunnel-down-at-decapsulator',
    segment: 'S45',
    summary: 'The receiving node has no tunnel device for this outer datagram, or it is down.',
    why: 'The kernel knows the protocol and finds no device with these addresses: tunnel4 answers port unreachable.',
    shows: 'ICMP 3/3 from the receiving node, quoting outer and inner header.',
    remedy: 'Bring the tunnel device up, with the outer destination as its local address; the CNI agent creates it.',
    causes: [
      {
        cause: 'the tunnel device is missing or down',
        confirm: 'it is not in the list, or not UP',
        on: 'receiver',
        command: () => 'ip -d link show type ipip',
      },
      {
        cause: 'the tunnel device has another local address than the outer destination',
        confirm: '`local` is not the outer destination',
        on: 'receiver',
        command: (s) => `ip -d link show ${s.tunnel}`,
      },
    ],
    sources: [linux('net/ipv4/tunnel4.c', 'tunnel4_rcv'), linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_lookup')],
  },
  {
    id: 'other-tunnel-device',
    segment: 'S45',
    summary: 'The datagram was decapsulated, but not on the captured tunnel device.',
    why: 'Two ipip devices compete: filters, counters and captures look at the wrong one.',
    shows: 'The tunnel device captured and empty, the destination pod has the datagram.',
    remedy: 'Find the device that took it: the lookup prefers a matching `local`, else tunl0.',
    causes: [
      {
        cause: 'another ipip device has the same local address, or tunl0 takes what the other does not match',
        confirm: 'its counters grow with each ping',
        on: 'receiver',
        command: () => 'ip -d -s link show type ipip',
      },
    ],
    sources: [linux('net/ipv4/ip_tunnel.c', 'ip_tunnel_lookup'), flannelIpip('configureIPIPDevice')],
  },
  {
    id: 'ecn-drop',
    segment: 'S45',
    summary:
      'The underlay marked congestion on a datagram whose sender does not speak ECN; decapsulation must drop it.',
    why: 'It looks like random loss under load.',
    shows: 'Outer CE with inner Not-ECT at the receiving node, nothing on its tunnel device.',
    remedy: 'Find the device that sets CE on Not-ECT traffic; it breaks RFC 3168.',
    causes: [
      {
        cause: 'a switch or router marks CE on datagrams that are Not-ECT',
        confirm: 'the kernel logs "non-ECT from … with TOS"',
        on: 'receiver',
        command: (s) => `dmesg | grep non-ECT; ip -s -s link show ${s.tunnel}`,
      },
    ],
    sources: [rfc(6040, '4.2'), linux('include/net/inet_ecn.h', 'INET_ECN_decapsulate')],
  },
  {
    id: 'forward-drop-or-rp-filter',
    segment: 'S56',
    summary: 'The receiving node decapsulated the datagram and did not hand it to the pod.',
    why: 'A FORWARD drop and strict reverse path filtering leave the same captures: only counters on the node tell them apart.',
    shows: 'Seen on the tunnel device of the receiver, the pod captured and without it, no ICMP error.',
    remedy: 'Let the node forward to its pods, and make the route back to the source leave by the tunnel device.',
    causes: [
      {
        cause: 'FORWARD policy or a NetworkPolicy drops it, or ip_forward is 0',
        confirm: 'counters of a DROP rule grow, or the sysctl is 0',
        on: 'receiver',
        command: (s) => `${s.filter}; iptables -L FORWARD -vn; sysctl net.ipv4.ip_forward`,
      },
      {
        cause: 'strict rp_filter: the route back to the source does not leave by the tunnel device',
        confirm: 'TcpExtIPReversePathFilter grows with each ping',
        on: 'receiver',
        command: (s) =>
          `nstat -az TcpExtIPReversePathFilter; ip route get ${s.senderPod}; sysctl net.ipv4.conf.all.rp_filter`,
      },
      {
        cause: 'conntrack calls it INVALID and a rule drops that',
        confirm: 'the drop counter of conntrack -S grows',
        on: 'receiver',
        command: () => 'conntrack -S',
      },
    ],
    sources: [linux('net/ipv4/fib_frontend.c', 'fib_validate_source'), linux('net/ipv4/ip_forward.c', 'ip_forward')],
  },
  {
    id: 'forward-reject',
    segment: 'S12/S56',
    summary: 'A node refuses to forward the inner datagram and says so.',
    why: 'A filter answers the pod: the node and the rule can be named.',
    shows: 'ICMP 3/9, 3/10 or 3/13 that quotes the inner datagram only; its sender is the node that refused.',
    remedy: 'Accept pod traffic in FORWARD before the REJECT rule.',
    causes: [
      {
        cause: 'a REJECT rule in FORWARD, a prohibit route, or firewalld',
        confirm: 'counters of the rule grow with each ping',
        on: 'receiver',
        command: () => 'iptables -L FORWARD -vn; ip route show type prohibit',
      },
    ],
    sources: [rfc(1812, '5.2.7.1')],
  },
  {
    id: 'source-node-masquerade',
    segment: 'S12',
    summary: 'The sending node rewrites the inner source: it masquerades pod-to-pod traffic.',
    why: 'The other pod sees a node address: policies, logs and sessions by pod address break, though the ping works.',
    shows:
      "The inner source changes from the pod's to the node's tunnel address before the tunnel device; the ICMP identifier may change as well.",
    remedy: 'Exclude the pod network from masquerading (Flannel --ip-masq rules, ip-masq-agent, nat-outgoing).',
    causes: [
      {
        cause: 'a MASQUERADE rule matches traffic to the pod network',
        confirm: 'its counter grows with each ping',
        on: 'sender',
        command: () => 'iptables -t nat -L POSTROUTING -vn; nft list table ip nat; conntrack -L -p icmp',
      },
    ],
    sources: [
      {
        kind: 'code',
        project: 'flannel-io/flannel',
        path: 'pkg/trafficmngr/iptables/iptables.go',
        symbol: 'masqRules',
      },
    ],
  },
  {
    id: 'destination-node-masquerade',
    segment: 'S56',
    summary: 'The receiving node rewrites the inner source before it hands the datagram to the pod.',
    why: 'The pod sees the bridge address of its own node instead of the other pod.',
    shows: "The inner source changes between the receiver's tunnel device and the pod.",
    remedy: "Exclude the pod network from the bridge's masquerading (ipMasq of the bridge CNI).",
    causes: [
      {
        cause: 'a MASQUERADE rule on the way to the bridge',
        confirm: 'its counter grows with each ping',
        on: 'receiver',
        command: () => 'iptables -t nat -L POSTROUTING -vn; conntrack -L -p icmp',
      },
    ],
    sources: [
      {
        kind: 'code',
        project: 'flannel-io/flannel',
        path: 'pkg/trafficmngr/iptables/iptables.go',
        symbol: 'masqRules',
      },
    ],
  },
  {
    id: 'pod-mtu-exceeds-tunnel',
    segment: 'S12',
    summary: "The pod's MTU is larger than the tunnel's.",
    why: 'With DF every large datagram costs an error first, without it each is cut into fragments; a filter on ICMP makes it a black hole.',
    shows:
      "ICMP 3/4 with the tunnel MTU from the own node's bridge, or one datagram at the pod and fragments from the tunnel device on.",
    remedy:
      "Set the pod MTU to the tunnel's: the CNI's mtu key, FLANNEL_MTU in /run/flannel/subnet.env; restart the pods.",
    causes: [
      {
        cause: 'the CNI configuration gives pods a larger MTU',
        confirm: 'the MTU of eth0 in the pod is above the one of the tunnel device',
        on: 'sender',
        command: (s) =>
          `ip link show ${s.tunnel}; cat /run/flannel/subnet.env /etc/cni/net.d/*; kubectl exec <pod> -- cat /sys/class/net/eth0/mtu`,
      },
    ],
    sources: [flannelIpip('MTU'), rfc(1191, '4')],
  },
  {
    id: 'receiver-mtu-too-small',
    segment: 'S56',
    summary: 'The receiving node cannot hand on what the tunnel brings: the MTU on its pod side is smaller.',
    why: 'The tunnel is right and the underlay as well: whoever lowers their MTU cures the wrong place.',
    shows: 'ICMP 3/4 about the inner datagram from the receiving node, come back through the tunnel.',
    remedy: "Give the bridge and the pods' veths on that node the MTU of the tunnel, or all nodes the smaller one.",
    causes: [
      {
        cause: "the bridge or the pod's veth on that node has a smaller MTU than the tunnel",
        confirm: 'its mtu is the one that the message tells',
        on: 'receiver',
        command: (s) => `ip route get ${s.receiverPod}; ip -br link; cat /run/flannel/subnet.env /etc/cni/net.d/*`,
      },
      {
        cause: 'a route to the pod with an mtu of its own',
        confirm: 'ip route get shows it',
        on: 'receiver',
        command: (s) => `ip route get ${s.receiverPod}; ip route show cache`,
      },
    ],
    sources: [linux('net/ipv4/ip_forward.c', 'ip_forward'), rfc(1191, '4')],
  },
  {
    id: 'destination-unreachable',
    segment: 'S56',
    summary: 'The receiving node cannot reach the pod: nobody answers for its address, or it has no route to it.',
    why: 'The tunnel worked; the pod is gone, or its veth is not on the bridge.',
    shows: 'ICMP 3/1 or 3/0 from the receiving node, quoting the inner datagram.',
    remedy: 'Check that the pod lives on that node, has the address, and that its veth is on the bridge.',
    causes: [
      {
        cause: 'the pod is gone, or its veth is not in the bridge: no ARP answer',
        confirm: 'the neighbour entry is FAILED or INCOMPLETE',
        on: 'receiver',
        command: (s) =>
          `ip neigh show ${s.receiverPod}; bridge link show; kubectl get pods -A -o wide | grep -w ${s.receiverPod}`,
      },
      {
        cause: 'the node has no route to the pod subnet',
        confirm: 'ip route get says unreachable',
        on: 'receiver',
        command: (s) => `ip route get ${s.receiverPod}`,
      },
    ],
    sources: [rfc(1812, '5.2.7.1'), linux('net/ipv4/route.c', 'ipv4_link_failure')],
  },
  {
    id: 'address-conflict',
    segment: '–',
    summary: 'Two MAC addresses answer for one IP address.',
    why: 'Traffic goes to one or the other by chance of ARP.',
    shows: 'ARP of different senders for one address on one link.',
    remedy: 'Give one of the two machines (or pods) another address.',
    causes: [
      {
        cause: 'two machines or pods have one address',
        confirm: 'arping gets answers from two MACs',
        on: 'sender',
        command: (s) => `arping -c 3 ${s.receiverNode}`,
      },
    ],
    sources: [rfc(5227, '2.4')],
  },
  {
    id: 'ttl-expired',
    segment: 'any',
    summary: 'The TTL ran out on the way.',
    why: 'The sender gave too small a TTL, or the datagram runs in a loop.',
    shows: 'ICMP 11/0; an error about the outer datagram stays with the sending node because Linux does not relay it.',
    remedy: 'Use a larger TTL; if it was large, look for a route that leads back.',
    causes: [
      {
        cause: 'the sender uses a small TTL (traceroute, ping -t)',
        confirm: 'the TTL at the source pod is smaller than the number of hops',
        on: 'senderPod',
        command: () => 'sysctl net.ipv4.ip_default_ttl',
      },
      {
        cause: 'a routing loop',
        confirm: 'on one of the nodes the route to the pod leads back to the other',
        on: 'receiver',
        command: (s) => `ip route get ${s.receiverPod}`,
      },
    ],
    sources: [rfc(1812, '5.3.1'), linux('net/ipv4/ipip.c', 'ipip_err')],
  },
  {
    id: 'destination-silent',
    segment: 'pod',
    summary: 'The request reached the pod and the pod did not answer.',
    why: 'The path there is fine; what is left is the pod itself.',
    shows: 'The request in the destination pod, no reply in its capture.',
    remedy: 'Look at the pod: firewall, icmp_echo_ignore_all, or a checksum that its kernel refuses.',
    causes: [
      {
        cause: 'the pod ignores echo requests, or filters them',
        confirm: 'the sysctl is 1, or a rule counts them',
        on: 'receiverPod',
        command: () => 'sysctl net.ipv4.icmp_echo_ignore_all; iptables -L -vn',
      },
      {
        cause: 'the pod drops it by reverse path filtering',
        confirm: 'TcpExtIPReversePathFilter grows with each ping',
        on: 'receiverPod',
        command: () => 'nstat -az TcpExtIPReversePathFilter; ip route',
      },
      {
        cause: 'the pod drops it for a wrong checksum',
        confirm: 'IcmpInCsumErrors grows with each ping',
        on: 'receiverPod',
        command: () => 'nstat -az IcmpInCsumErrors IcmpInErrors',
      },
    ],
    sources: [rfc(1122, '3.2.2.6'), linux('net/ipv4/icmp.c', 'icmp_echo')],
  },
  {
    id: 'connection-refused',
    segment: 'pod',
    summary: 'The SYN arrived and was answered with a reset: the path is right, no server took the connection.',
    why: 'Nothing between the pods is at fault; the network did all that it should.',
    shows: 'The SYN at every hop, and a RST that acknowledges it on the way back.',
    remedy: 'Start the server, let it listen on the pod address and not on 127.0.0.1, or use its port.',
    causes: [
      {
        cause: 'no process listens on the port, or only on 127.0.0.1',
        confirm: 'the list of listening sockets lacks the port, or shows it at 127.0.0.1',
        on: 'receiverPod',
        command: () => 'ss -tlnp',
      },
      {
        cause: 'a firewall rule answers with a reset (REJECT --reject-with tcp-reset)',
        confirm: 'a REJECT rule counts the SYNs',
        on: 'receiver',
        command: () => 'iptables -L -vn | grep tcp-reset; nft list ruleset | grep reset',
      },
    ],
    sources: [rfc(9293, '3.5.2'), linux('net/ipv4/tcp_ipv4.c', 'tcp_v4_send_reset')],
  },
  {
    id: 'no-answer',
    segment: 'S12-S56',
    summary: 'No answer came, and nobody captured where the request or its answer ended.',
    why: 'The ping failed for certain; which of the segments behind the last sighting is at fault is open.',
    shows: 'The request at its last captured hop, and no reply at captures that ran when it was due.',
    remedy: 'Capture every device of the node behind the last sighting, ping again, and give that file as well.',
    causes: [
      {
        cause: 'the request was lost behind its last sighting, or the reply before its first',
        confirm: 'a capture of every device there shows how far each of them comes',
        on: 'receiver',
        command: () => "tcpdump -pni any -w node2-any.cap 'icmp or ip proto 4 or arp'",
      },
      {
        cause: 'the pod does not answer',
        confirm: 'its own capture holds the request and no reply',
        on: 'receiverPod',
        command: () => "tcpdump -pni eth0 -w pod2.cap 'icmp or arp'",
      },
    ],
    sources: [rfc(1122, '3.2.2.6'), linux('net/ipv4/icmp.c', 'icmp_echo')],
  },
  {
    id: 'reply-path-asymmetric',
    segment: 'reply',
    summary: 'The reply travels another way than the request.',
    why: 'It may work today; strict reverse path filtering, stateful filters and clouds that check addresses break it.',
    shows: 'One direction encapsulated and the other plain, or through another device.',
    remedy: "Make the route to the other pod's subnet leave by the tunnel device on both nodes.",
    causes: [
      {
        cause: "this node's route to the other pod's subnet does not use the tunnel device",
        confirm: 'ip route get shows another device',
        on: 'sender',
        command: (s) => `ip route get ${s.receiverPod}; ip route show dev ${s.tunnel}`,
      },
    ],
    sources: [rfc(3704, '2.2'), flannelIpip('GetRoute')],
  },
  {
    id: 'direct-routing',
    segment: '–',
    summary: 'Both directions travel plain between nodes of one link: direct routing.',
    why: 'Right where DirectRouting or CrossSubnet is wanted; otherwise the tunnel is not in use.',
    shows: 'Pod addresses in plain frames between the two nodes, both ways.',
    remedy:
      'Say --profile flannel-ipip-direct-routing (or calico-ipip-crosssubnet) if that is wanted; else switch it off in the CNI.',
    causes: [
      {
        cause: 'DirectRouting (Flannel) or CrossSubnet (Calico) is on',
        confirm: 'the backend configuration says so',
        on: 'sender',
        command: (s) =>
          `kubectl -n kube-flannel get cm kube-flannel-cfg -o yaml | grep -i directrouting; ip route get ${s.receiverPod}`,
      },
    ],
    sources: [flannelIpip('GetRoute')],
  },
  {
    id: 'wrong-tunnel-protocol',
    segment: 'S34',
    summary: 'The datagram travels in another tunnel protocol.',
    why: 'The cluster runs another backend than the one that is checked: other MTU, other ports, other filters.',
    shows: 'The same inner datagram inside VXLAN, GRE, Geneve, UDP (FoU, GUE) or two IPIP headers.',
    remedy: "Compare the CNI's backend type with what should be there.",
    causes: [
      {
        cause: 'the backend is configured otherwise, or one node still runs the old one',
        confirm: 'the backend type in the configuration; the kind of the tunnel device on both nodes',
        on: 'sender',
        command: () => 'ip -d link show; kubectl -n kube-flannel get cm kube-flannel-cfg -o yaml | grep -i -A2 backend',
      },
      {
        cause: 'the tunnel device wraps its datagrams in UDP (FoU, GUE)',
        confirm: 'the device shows "encap fou" or "encap gue", and the other node has a port for it',
        on: 'sender',
        command: (s) => `ip -d link show ${s.tunnel}; ip fou show`,
      },
    ],
    sources: [rfc(7348, '5'), rfc(2003, '3.1')],
  },
  {
    id: 'random-loss',
    segment: 'the segment',
    summary: 'Some probes are lost on one segment, without a pattern in size or time.',
    why: 'Congestion, a bad cable or a bad radio: the path is right and its quality is not.',
    shows: 'A part of the probes stops at one segment, others of the same size pass before and after.',
    remedy: 'Look at error and drop counters of everything on that segment.',
    causes: [
      {
        cause: 'congestion or a faulty link',
        confirm: 'drop or error counters grow',
        on: 'sender',
        command: () => 'ip -s -s link; ethtool -S <interface> | grep -i -e drop -e err; tc -s qdisc',
      },
    ],
    sources: [rfc(7680, '2')],
  },
  {
    id: 'parallel-path-loss',
    segment: 'the segment',
    summary: 'Probes are lost on one segment in turn: one of several parallel ways drops what it gets.',
    why: 'What goes by turns over the members of a bond or the paths of a route is half broken: every flow suffers, and each test of a single member passes.',
    shows: 'Every second, third … probe stops at one segment, and all others pass.',
    remedy: 'Test each member by itself, and take the one that drops out of the bond or the route.',
    causes: [
      {
        cause: 'one member of a bond, or one of several equal routes, drops what it gets',
        confirm: 'counters of one member grow on this side and not on the other',
        on: 'sender',
        command: (s) =>
          `cat /proc/net/bonding/*; ip -s link; ip route show; ip route get ${s.receiverNode}; sysctl net.ipv4.fib_multipath_hash_policy`,
      },
      {
        cause: 'a rule that drops by turns (statistic match, mode nth)',
        confirm: 'such a rule is listed',
        on: 'sender',
        command: () => 'iptables-save | grep -i statistic; nft list ruleset | grep -i numgen',
      },
    ],
    sources: [rfc(2991, '2')],
  },
  {
    id: 'packet-duplicated',
    segment: 'the segment',
    summary: 'Datagrams arrive twice.',
    why: 'Doubled load, confused counters, and a hint at a loop or a mirrored port.',
    shows: 'Two copies from one hop on, one before it.',
    remedy: 'Look for a loop, a mirror port or a duplicating bond on that segment.',
    causes: [
      {
        cause: 'a mirrored port, a bridge loop or a bond that sends on all members',
        confirm: 'the copies carry the same outer identification',
        on: 'underlay',
        command: () => 'bridge link show; cat /proc/net/bonding/*; show mirror sessions of the switch',
      },
      {
        cause:
          'the sending node encapsulates the datagram twice: a rule that copies it (TEE, tc mirred), or two routes',
        confirm: 'the copies carry different outer identifications',
        on: 'sender',
        command: (s) => `iptables-save | grep -i tee; tc filter show dev ${s.tunnel}; ip route get ${s.receiverPod}`,
      },
    ],
    sources: [rfc(5560, '2')],
  },
  {
    id: 'packet-reordered',
    segment: 'the segment',
    summary: 'Datagrams overtake one another.',
    why: 'Harmless for ping, a slowdown for TCP.',
    shows: 'Another order of sequence numbers behind a segment than before it.',
    remedy: 'Balance by flow, not by packet, on the parallel links of that segment.',
    causes: [
      {
        cause: 'parallel paths balanced per packet, or a queue that delays some',
        confirm: 'the bonding or ECMP policy',
        on: 'underlay',
        command: () => 'cat /proc/net/bonding/*; sysctl net.ipv4.fib_multipath_hash_policy; tc -s qdisc',
      },
    ],
    sources: [rfc(4737, '3')],
  },
  {
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
        command: () =>
          'ethtool -k <interface> | grep -e tx-ipxip4 -e tx-checksum; ethtool -K <interface> tx off gso off',
      },
    ],
    sources: [rfc(1071, '1')],
  },
  {
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
  },
  {
    id: 'capture-blind',
    segment: '–',
    summary: 'A capture between two that hold the probe does not hold it: the capture is blind, nothing was lost.',
    why: 'A hop that was not really captured proves nothing: its rules stay unproven.',
    shows: 'Absent in one capture, present further on.',
    remedy: 'Take that capture again: right interface, right filter, running through the whole ping.',
    causes: [
      {
        cause: 'a capture filter: `icmp` matches nothing inside IPIP',
        confirm: 'the capture holds no protocol 4 at all',
        on: 'capture',
        command: () => "tcpdump -pni <interface> -w <file> 'ip proto 4 or icmp or arp or udp port 8472 or vlan'",
      },
      {
        cause: 'the wrong interface',
        confirm: 'another interface of the machine carries the traffic',
        on: 'capture',
        command: () => 'tcpdump -pni any -c 20 ip proto 4',
      },
      {
        cause: 'the capture was stopped early, or started late',
        confirm: 'its time range',
        on: 'capture',
        command: () => 'capinfos -ae <file>',
      },
    ],
    sources: [{ kind: 'code', project: 'the-tcpdump-group/libpcap', path: 'gencode.c', symbol: 'gen_proto' }],
  },
  {
    id: 'capture-incomplete',
    segment: '–',
    summary: 'A capture that is needed is missing, cut or corrupt.',
    why: 'What it does not hold may have been there: nothing can be proven by its silence.',
    shows: 'A file that ends inside a record, or no capture of the underlay.',
    remedy: 'Take it again; stop tcpdump with SIGINT before copying, or write with -U.',
    causes: [
      {
        cause: 'tcpdump was killed or the disk was full while it wrote, or the copy is incomplete',
        confirm: 'the file on the machine is longer',
        on: 'capture',
        command: () => 'capinfos <file>; ls -l <file>; df -h',
      },
    ],
    sources: [{ kind: 'code', project: 'the-tcpdump-group/tcpdump', path: 'tcpdump.1.in', symbol: '-U' }],
  },
];

const byId = new Map(diagnosisTexts.map((d) => [d.id, d]));

export function findDiagnosis(id: string): DiagnosisText | null {
  return byId.get(id.toLowerCase()) ?? null;
}
