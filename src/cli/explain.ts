/** Text of a rule or diagnosis for reporters that show it. */
import { findRule } from '../checks/registry.js';

export function explanationOf(id: string): { summary: string; remedy: string } | null {
  const rule = findRule(id);
  return rule === null ? null : { summary: rule.meta.summary, remedy: rule.meta.remedy };
}
