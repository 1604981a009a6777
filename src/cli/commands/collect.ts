/** `ipip-trace collect`: prints the shell script that gathers one namespace's kernel state. It runs nothing itself. */
import type { CommandModule } from 'yargs';

export const collectCommand: CommandModule<object, object> = {
  command: 'collect',
  describe: "Print the shell script that gathers one namespace's kernel state for --state",
  builder: (y) =>
    y
      .example('$0 collect | ssh node1 sh -s node1 - | tar -xf - -C state', 'On a node')
      .example('$0 collect | kubectl exec -i pod1 -- sh -s pod1 - | tar -xf - -C state', 'In a pod'),
  handler: async () => {
    process.stdout.write((await import('../../expect/collect-script.js')).collectScript());
  },
};
