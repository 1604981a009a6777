/** `ipip-trace explain`: one rule or diagnosis in its own words. */
import type { CommandModule } from 'yargs';
import { rules } from '../../checks/registry.js';
import { diagnosisTexts } from '../../diagnose/catalogue.js';
import { UserError } from '../../user-error.js';
import { explainText } from '../explain.js';
import { nearest } from '../nearest.js';

export const explainCommand: CommandModule<object, { id: string }> = {
  command: 'explain <rule-or-diagnosis>',
  describe: 'Say what a rule or diagnosis means, how it shows and what to do',
  builder: (y) =>
    y
      .positional('rule-or-diagnosis', { type: 'string', demandOption: true })
      .example('$0 explain IPT204', 'By id')
      .example('$0 explain proto4-blocked-in-underlay', 'By name') as never,
  handler: (args) => {
    const id = String((args as unknown as Record<string, unknown>)['rule-or-diagnosis']);
    const text = explainText(id);
    if (text === null) {
      const known = [...rules.flatMap((r) => [r.meta.id, r.meta.name]), ...diagnosisTexts.map((d) => d.id)];
      const near = nearest(id, known);
      throw new UserError(
        `explain: nothing is called ${id}${near === null ? '' : `; did you mean ${near}?`} (\`ipip-trace rules\` lists all)`,
      );
    }
    process.stdout.write(text);
  },
};
