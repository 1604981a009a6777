/** The shell script that gathers the state of one network namespace, for `--state`. Plain POSIX sh: pod images have little more. */

/** To run on a node, or inside a pod through `kubectl exec -i POD -- sh -s NAME`; writes a tar to standard output or files to a folder. */
export function collectScript(): string {
  return `#!/bin/sh
# Gathers the network state of this namespace for \`ipip-trace check --state DIR\`.
# It reads only, changes nothing, and needs no package that is not there already.
#
#   On a node:     sh collect.sh NAME DIR
#   In a pod:      kubectl exec -i POD -- sh -s NAME - < collect.sh | tar -xf - -C DIR
#   In a pod's namespace, from its node (images without a shell):
#                  nsenter -t PID -n sh collect.sh NAME DIR
#
# NAME is what the reports call this node or pod (default: the host's name).
# DIR is where the dumps go (default: the current folder); "-" writes a tar to standard output.
# Collect every node and every pod of the path into one folder, then:
#                  ipip-trace check --state DIR *.cap

name=\${1:-$(hostname 2>/dev/null || cat /proc/sys/kernel/hostname)}
dir=\${2:-.}
case $name in
  '' | */* | .*) echo "collect: \\"$name\\" cannot be a file name; give another as first argument" >&2; exit 2 ;;
esac
tar=no
if [ "$dir" = - ]; then
  dir=$(mktemp -d 2>/dev/null || { mkdir "/tmp/ipip-state.$$" && echo "/tmp/ipip-state.$$"; }) || exit 1
  tar=yes
  trap 'rm -rf "$dir"' EXIT
fi
[ -d "$dir" ] || { echo "collect: $dir is no folder" >&2; exit 2; }
LC_ALL=C
export LC_ALL

# dump SUFFIX COMMAND...: keeps the output only when the command worked and said something.
dump() {
  out=$dir/$name.$1
  shift
  if "$@" >"$out" 2>/dev/null && [ -s "$out" ]; then return 0; fi
  rm -f "$out"
  return 1
}

if command -v ip >/dev/null 2>&1; then
  dump link.json ip -d -j link || dump ip-d-link.txt ip -d link || dump ip-link.txt ip link
  dump addr.json ip -d -j addr || dump ip-addr.txt ip addr
  dump route.json ip -4 -d -j route || dump ip-route.txt ip -4 route || dump ip-route.txt ip route
  dump neigh.json ip -4 -j neigh || dump ip-neigh.txt ip -4 neigh || dump ip-neigh.txt ip neigh
  dump rule.json ip -4 -j rule || dump ip-rule.txt ip rule
else
  dump ifconfig.txt ifconfig -a
  dump route-n.txt route -n
  dump arp-n.txt arp -n
fi
if command -v ethtool >/dev/null 2>&1; then
  for device in /sys/class/net/eth*; do
    [ -e "$device" ] && dump "ethtool-S-\${device##*/}.txt" ethtool -S "\${device##*/}"
  done
fi

settings() {
  for knob in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/rp_filter; do
    [ -r "$knob" ] || continue
    key=\${knob#/proc/sys/net/ipv4/}
    # A dot in an interface's name stays one: net.ipv4.conf.flannel.ipip.rp_filter.
    echo "net.ipv4.$(echo "$key" | tr / .) = $(cat "$knob")"
  done
}
dump sysctl.txt settings

if [ $tar = yes ]; then tar -cf - -C "$dir" .; else ls "$dir" | grep -F "$name." >&2; fi
`;
}
