/** The journey as a ladder: one rail for each place, time downwards in order of travel, each sighting with its time and TTL. */

import type { Direction } from '../../path/roles.js';
import { breakOf, markSign, type NameOf, observationToShow, relativeTime } from '../../report/reading.js';
import type { HopReport, JourneyReport, LegReport, Report } from '../../report/report.js';
import { safeText } from '../../report/safe-text.js';
import { shorten } from '../layout.js';
import { html, type Markup } from './markup.js';
import { type Station, stationsOf } from './stations.js';

interface Rung {
  readonly rail: number;
  readonly direction: Direction;
  readonly seen: boolean;
  readonly time: string;
  readonly ttl: string;
}

/** Where the rails stand and how far rungs are apart: wide with names above the rails, tall with names beside the rungs. */
interface Measures {
  readonly name: 'wide' | 'tall';
  readonly left: number;
  readonly rail: number;
  readonly top: number;
  readonly step: number;
  readonly legGap: number;
  readonly right: number;
}

function ttlText(journey: JourneyReport, direction: Direction, hop: HopReport): string {
  const seen = observationToShow(journey, direction, hop);
  if (seen === null) return '';
  return seen.outer === null ? `TTL ${seen.inner.ttl}` : `TTL ${seen.outer.ttl} (inner ${seen.inner.ttl})`;
}

function rungsOf(report: Report, journey: JourneyReport, stations: readonly Station[]): Rung[] {
  const rungs: Rung[] = [];
  const legs: [Direction, LegReport | null][] = [
    ['request', journey.request],
    ['reply', journey.reply],
  ];
  for (const [direction, leg] of legs) {
    if (leg === null) continue;
    const end = breakOf(leg);
    const done = new Set<string>();
    for (const hop of leg.hops) {
      const rail = stations.findIndex((station) => station.role === hop.role);
      const seen = observationToShow(journey, direction, hop);
      if (rail < 0 || done.has(hop.role) || (seen === null && hop !== end?.missing)) continue;
      done.add(hop.role);
      const time = seen === null ? '' : (relativeTime(report, journey, hop, seen)?.text ?? '');
      rungs.push({ rail, direction, seen: seen !== null, time, ttl: ttlText(journey, direction, hop) });
    }
  }
  return rungs;
}

/** Drawn to order, not to scale: a millisecond in a pod and a microsecond on a wire would not fit one scale. */
function draw(stations: readonly Station[], rungs: readonly Rung[], measures: Measures, id: string): Markup {
  const { left, rail, top, step, legGap, right } = measures;
  const wide = measures.name === 'wide';
  const firstOfReply = rungs.findIndex((rung) => rung.direction === 'reply');
  const placed = rungs.map((rung, i) => ({
    ...rung,
    x: left + rung.rail * rail,
    y: top + 26 + i * step + (firstOfReply >= 0 && i >= firstOfReply ? legGap : 0),
  }));
  const height = (placed.at(-1)?.y ?? top) + 44;
  const width = left + (stations.length - 1) * rail + right;
  const rails = stations.map((station, i) => {
    const x = left + i * rail;
    const name = shorten(safeText(station.name), 18);
    const head = wide
      ? html`<text class="kind" x="${x}" y="20" text-anchor="middle">${station.kind}</text><text class="name" x="${x}" y="38" text-anchor="middle">${name}</text>`
      : html``;
    return html`<g class="rail">${head}<line x1="${x}" y1="${top - 12}" x2="${x}" y2="${height - 8}"/></g>`;
  });
  const marker = `rung-${measures.name}-${id}`;
  const arrows = placed.map((rung, i) => {
    const before = placed[i - 1];
    if (before === undefined || before.direction !== rung.direction || !before.seen) return html``;
    const sign = rung.x > before.x ? 1 : -1;
    const end = rung.seen ? html` marker-end="url(#${marker})"` : html``;
    return html`<line class="lane ${rung.seen ? 'travelled' : 'broken'} ${rung.direction}" x1="${before.x + sign * 6}" y1="${before.y}" x2="${rung.x - sign * 8}" y2="${rung.y}"${end}/>`;
  });
  const points = placed.map((rung) => {
    const shape = rung.seen
      ? html`<circle cx="${rung.x}" cy="${rung.y}" r="5"/>`
      : html`<path class="lost" d="M${rung.x - 7} ${rung.y - 7} l14 14 m0 -14 l-14 14"/>`;
    const lost = `${markSign.fail} not seen`;
    const station = stations[rung.rail];
    const place = `${station?.kind ?? ''} ${shorten(safeText(station?.name ?? ''), 22)}`;
    const textX = left + (stations.length - 1) * rail + 22;
    const toLeft = rung.direction === 'request';
    const x = toLeft ? rung.x - 6 : rung.x + 6;
    const anchor = toLeft ? 'end' : 'start';
    const own = wide
      ? rung.seen
        ? html`<text x="${x}" y="${rung.y + 15}" text-anchor="${anchor}">${rung.time}</text><text class="ttl" x="${x}" y="${rung.y + 29}" text-anchor="${anchor}">${rung.ttl}</text>`
        : html`<text class="lost" x="${rung.x + 14}" y="${rung.y + 5}">${lost}</text>`
      : html`<text class="place" x="${textX}" y="${rung.y - 1}">${place}</text>${rung.seen ? html`<text x="${textX}" y="${rung.y + 14}">${`${rung.time}  ${rung.ttl}`}</text>` : html`<text class="lost" x="${textX}" y="${rung.y + 15}">${lost}</text>`}`;
    return html`<g class="rung ${rung.direction}">${shape}${own}</g>`;
  });
  const names = wide
    ? html``
    : html`<text class="lane-name" x="4" y="16">request ↓</text>${firstOfReply >= 0 ? html`<text class="lane-name" x="4" y="${(placed[firstOfReply]?.y ?? 0) - 22}">reply ↓</text>` : html``}`;
  const summary = placed.map(
    (rung) =>
      `${rung.direction} ${rung.seen ? `at ${stations[rung.rail]?.name ?? ''} ${rung.time}, ${rung.ttl}` : `not seen at ${stations[rung.rail]?.name ?? ''}`}`,
  );
  return html`<svg class="ladder ${measures.name}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${`Times and TTLs in order of travel: ${summary.join('; ')}`}"><defs><marker id="${marker}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto"><path class="arrow travelled" d="M0 0 L10 5 L0 10 z"/></marker></defs>${rails}${arrows}${points}${names}</svg>`;
}

/** Both drawings; the style sheet shows the one that fits. Null when fewer than two places were captured. */
export function ladder(report: Report, journey: JourneyReport, nameOf: NameOf, id: string): Markup | null {
  const stations = stationsOf(report, journey, nameOf).filter((station) => station.captured);
  if (stations.length < 2) return null;
  const rungs = rungsOf(report, journey, stations);
  const between = stations.length - 1;
  const wide: Measures = {
    name: 'wide',
    left: 130,
    rail: Math.max(118, Math.min(230, Math.floor(930 / between))),
    top: 60,
    step: 40,
    legGap: 14,
    right: 130,
  };
  const close = Math.min(24, Math.floor(100 / between));
  const tall: Measures = {
    name: 'tall',
    left: 14,
    rail: close,
    top: 26,
    step: 44,
    legGap: 34,
    right: 332 - close * between,
  };
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Ladder diagram, scrolls sideways">${draw(stations, rungs, wide, id)}${draw(stations, rungs, tall, id)}</div>`;
}
