/** Where an ICMP error about a flow came from, and which of them only repeat what another one says. */
import type { FlowPath } from '../follow/journey.js';
import { isSourceSide, isTunnel, isUnderlay, type Leg } from '../follow/journey.js';
import type { ErrorSighting } from '../observe/observation.js';
import type { Direction } from '../path/roles.js';
import type { FlowScene } from './scene.js';

export function directionOf(error: ErrorSighting): Direction {
  return error.quotedMessage?.reply ? 'reply' : 'request';
}

/** Did an error about the inner datagram come from behind the wire? It then crossed it, or was seen on the far side. */
export function isFar(path: FlowPath, errors: readonly ErrorSighting[], error: ErrorSighting): boolean {
  return errors.some((e) => {
    if (e.type !== error.type || e.code !== error.code || e.sender !== error.sender || e.quotedOuter !== null)
      return false;
    const role = path.assignments.find((a) => a.point === e.point)?.role ?? null;
    if (e.outer !== null || (role !== null && (isTunnel(role) || isUnderlay(role)))) return true;
    const sourceSide = role === null || isSourceSide(role);
    return directionOf(error) === 'reply' ? sourceSide : !sourceSide;
  });
}

/** ICMP errors about the tunnel's own datagrams: what the sending kernel remembers against the tunnel. */
export function tunnelErrors(scene: FlowScene): ErrorSighting[] {
  return scene.summary.path.errors.filter((e) => e.quotedOuter !== null && e.type === 3 && e.code !== 4);
}

/** Some datagram of this direction was on the sender's tunnel device, or left its node inside a tunnel. */
function entersTunnel(scene: FlowScene, direction: Direction): boolean {
  const inside = legs(scene, direction).some((leg) =>
    leg.hops.some(
      (h) =>
        h.state === 'seen' &&
        (isTunnel(h.role) || (isUnderlay(h.role) && h.observations.some((o) => o.encapsulation !== 'none'))),
    ),
  );
  // A tunnel device of which nothing tells whose it is: whichever, the datagram was in the tunnel.
  const message = direction === 'request' ? 'request' : 'reply';
  return (
    inside ||
    scene.journeys.some(({ journey }) =>
      journey.strays.some((o) => o.message === message && (o.point.link === 'raw' || o.point.link === 'cooked-tunnel')),
    )
  );
}

/** The sender's tunnel device or NIC was captured, and no datagram of this direction entered the tunnel. */
export function avoidsTunnel(scene: FlowScene, direction: Direction): boolean {
  if (entersTunnel(scene, direction)) return false;
  const captured = legs(scene, direction).some((leg) =>
    leg.hops.some(
      (h) =>
        h.point !== null &&
        ((h.place === 'encapsulator-tunnel' && h.state === 'absent') ||
          (h.place === 'encapsulator-underlay' && h.state !== 'not-captured')),
    ),
  );
  return captured;
}

function legs(scene: FlowScene, direction: Direction): Leg[] {
  return scene.journeys
    .map(({ journey }) => (direction === 'request' ? journey.request : journey.reply))
    .filter((leg) => leg !== null);
}

/**
 * The own node tells the pod "host unreachable" about a datagram that its tunnel took: Linux does so for a while after an ICMP
 * error about the tunnel (net/ipv4/ip_tunnel.c, ip_tunnel_xmit: err_count), and when the outer next hop does not answer ARP.
 */
export function isConsequence(scene: FlowScene, errors: readonly ErrorSighting[], error: ErrorSighting): boolean {
  if (error.type !== 3 || error.code !== 1 || error.quotedOuter !== null) return false;
  if (isFar(scene.summary.path, errors, error)) return false;
  return tunnelErrors(scene).length > 0 || entersTunnel(scene, directionOf(error));
}
