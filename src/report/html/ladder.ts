/** The journey as a ladder: one rail for each place, time downwards in order of travel, each sighting with its time and TTL. */
import { breakOf, markSign, type NameOf, observationToShow, relativeTime } from '../reading.js';
import type { Direction, HopReport, JourneyReport, LegReport, Report } from '../report.js';
import { html, type Markup } from './markup.js';
import { stationsOf } from './stations.js';

const left = 130;
const top = 62;
const step = 40;

interface Rung {
  readonly x: number;
  readonly y: number;
  readonly direction: Direction;
  readonly kind: 'seen' | 'lost';
  readonly label: string;
  readonly detail: string;
}

function ttlText(journey: JourneyReport, direction: Direction, hop: HopReport): string {
  const seen = observationToShow(journey, direction, hop);
  if (seen === null) return '';
  return seen.outer === null ? `TTL ${seen.inner.ttl}` : `TTL ${seen.outer.ttl} (inner ${seen.inner.ttl})`;
}

/** Drawn to order, not to scale: a millisecond in a pod and a microsecond on a wire would not fit one scale. */
export function ladder(report: Report, journey: JourneyReport, nameOf: NameOf, id: string): Markup {
  const stations = stationsOf(report, journey, nameOf).filter((station) => station.captured);
  if (stations.length < 2) return html``;
  const rail = Math.max(150, Math.min(230, Math.floor(940 / (stations.length - 1))));
  const rungs: Rung[] = [];
  let y = top + 26;
  const legs: [Direction, LegReport | null][] = [
    ['request', journey.request],
    ['reply', journey.reply],
  ];
  for (const [direction, leg] of legs) {
    if (leg === null) continue;
    const end = breakOf(leg);
    const done = new Set<string>();
    for (const hop of leg.hops) {
      const column = stations.findIndex((station) => station.role === hop.role);
      const seen = observationToShow(journey, direction, hop);
      if (column < 0 || done.has(hop.role)) continue;
      if (seen !== null) {
        done.add(hop.role);
        const time = relativeTime(report, journey, hop, seen)?.text ?? '';
        const label = ttlText(journey, direction, hop);
        rungs.push({ x: left + column * rail, y, direction, kind: 'seen', label: time, detail: label });
        y += step;
      } else if (hop === end?.missing) {
        done.add(hop.role);
        rungs.push({
          x: left + column * rail,
          y,
          direction,
          kind: 'lost',
          label: `${markSign.fail} not seen`,
          detail: '',
        });
        y += step;
      }
    }
    y += 14;
  }
  const height = y + 14;
  const width = left + (stations.length - 1) * rail + 130;
  const rails = stations.map((station, i) => {
    const x = left + i * rail;
    const name = [...station.name].length > 18 ? `${[...station.name].slice(0, 17).join('')}…` : station.name;
    return html`<g class="rail"><text class="kind" x="${x}" y="20" text-anchor="middle">${station.kind}</text><text class="name" x="${x}" y="38" text-anchor="middle">${name}</text><line x1="${x}" y1="48" x2="${x}" y2="${height - 8}"/></g>`;
  });
  const arrows = rungs.map((rung, i) => {
    const before = rungs[i - 1];
    if (before === undefined || before.direction !== rung.direction || before.kind === 'lost') return html``;
    const sign = rung.x > before.x ? 1 : -1;
    const lost = rung.kind === 'lost';
    return html`<line class="lane ${lost ? 'broken' : 'whole'} ${rung.direction}" x1="${before.x + sign * 6}" y1="${before.y}" x2="${rung.x - sign * 8}" y2="${rung.y}"${lost ? html`` : html` marker-end="url(#rung-${id})"`}/>`;
  });
  const points = rungs.map((rung) => {
    const right = rung.direction === 'request';
    const x = right ? rung.x - 6 : rung.x + 6;
    const anchor = right ? 'end' : 'start';
    const shape =
      rung.kind === 'lost'
        ? html`<path class="lost" d="M${rung.x - 7} ${rung.y - 7} l14 14 m0 -14 l-14 14"/>`
        : html`<circle cx="${rung.x}" cy="${rung.y}" r="5"/>`;
    const own =
      rung.kind === 'lost'
        ? html`<text class="time lost" x="${rung.x + 14}" y="${rung.y + 5}">${rung.label}</text>`
        : html`<text class="time" x="${x}" y="${rung.y + 15}" text-anchor="${anchor}">${rung.label}</text><text class="ttl" x="${x}" y="${rung.y + 29}" text-anchor="${anchor}">${rung.detail}</text>`;
    return html`<g class="rung ${rung.direction}">${shape}${own}</g>`;
  });
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Ladder diagram, scrolls sideways"><svg class="ladder" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Times and TTLs of the journey, in order of travel"><defs><marker id="rung-${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto"><path class="arrow" d="M0 0 L10 5 L0 10 z"/></marker></defs>${rails}${arrows}${points}</svg></div>`;
}
