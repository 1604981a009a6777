/** Judged journeys of one flow: counts for all of them, and the report of those that are kept, failing ones first. */

import type { Outcome } from '../checks/finding.js';
import type { JourneyVerdict, Judged } from '../checks/run-checks.js';
import type { Journey } from '../follow/journey.js';
import { journeyReport } from './journey-report.js';
import type { Counts, JourneyReport } from './report.js';

export interface JudgedJourney {
  readonly journey: Journey;
  readonly findings: readonly Judged[];
  readonly verdict: JourneyVerdict;
}

/** What one journey adds to the counts. */
export interface JudgementTally {
  readonly verdict: JourneyVerdict;
  readonly verdicts: Counts;
  readonly failed: ReadonlySet<string>;
}

/** How many journeys the diagnosis may look at as wholes. */
const SAMPLES = 64;

export class KeptJourneys {
  readonly #limit: number;
  readonly #byOutcome: Record<Outcome, JudgedJourney[]> = { fail: [], unproven: [], pass: [] };
  #reports: readonly JourneyReport[] | null = null;
  readonly #count: Record<Outcome, number> = { fail: 0, unproven: 0, pass: 0 };
  readonly #verdicts = { pass: 0, fail: 0, unproven: 0, notApplicable: 0 };
  /** Rule id → number of journeys in which it failed. */
  readonly failedRules = new Map<string, number>();
  readonly reasons = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  }

  /** Returns what to count for the next probe that looks the same. */
  add(journey: Journey, findings: readonly Judged[], verdict: JourneyVerdict): JudgementTally {
    if (!this.isFull(verdict.outcome)) this.#byOutcome[verdict.outcome].push({ journey, findings, verdict });
    const verdicts = { pass: 0, fail: 0, unproven: 0, notApplicable: 0 };
    const failed = new Set<string>();
    for (const { finding } of findings) {
      if (finding.verdict === 'not-applicable') verdicts.notApplicable++;
      else verdicts[finding.verdict]++;
      if (finding.verdict === 'fail') failed.add(finding.rule);
    }
    const tally = { verdict, verdicts, failed };
    this.addAlike(tally, 1);
    return tally;
  }

  /** Counts `times` journeys whose like was judged before. */
  addAlike({ verdict, verdicts, failed }: JudgementTally, times: number): void {
    if (times === 0) return;
    this.#count[verdict.outcome] += times;
    for (const reason of verdict.reasons) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + times);
    this.#verdicts.pass += verdicts.pass * times;
    this.#verdicts.fail += verdicts.fail * times;
    this.#verdicts.unproven += verdicts.unproven * times;
    this.#verdicts.notApplicable += verdicts.notApplicable * times;
    for (const rule of failed) this.failedRules.set(rule, (this.failedRules.get(rule) ?? 0) + times);
  }

  /** No more journeys of this outcome are kept as wholes. */
  isFull(outcome: Outcome): boolean {
    return this.#byOutcome[outcome].length >= Math.max(this.#limit, SAMPLES);
  }

  get total(): number {
    return this.#count.fail + this.#count.unproven + this.#count.pass;
  }

  get outcome(): Outcome {
    if (this.#count.fail > 0) return 'fail';
    return this.#count.unproven > 0 || this.total === 0 ? 'unproven' : 'pass';
  }

  get counts(): Counts {
    return this.#verdicts;
  }

  /** The worst ones first; what a diagnosis reads. */
  get samples(): readonly JudgedJourney[] {
    return [...this.#byOutcome.fail, ...this.#byOutcome.unproven, ...this.#byOutcome.pass].slice(0, SAMPLES * 3);
  }

  /** Turns what is kept into its report, or only counts it, and lets go of the journeys themselves, so that flows do not pile up. */
  release(isShown: boolean): void {
    this.#reports = isShown ? this.#report() : [];
    for (const outcome of ['fail', 'unproven', 'pass'] as const) this.#byOutcome[outcome] = [];
  }

  get reports(): readonly JourneyReport[] {
    return this.#reports ?? this.#report();
  }

  #report(): readonly JourneyReport[] {
    const limit = this.#limit === Number.POSITIVE_INFINITY ? undefined : this.#limit;
    return [...this.#byOutcome.fail, ...this.#byOutcome.unproven, ...this.#byOutcome.pass].slice(0, limit).map((j) =>
      journeyReport(
        j.journey,
        j.verdict.outcome,
        j.findings.map((f) => f.finding),
      ),
    );
  }
}
