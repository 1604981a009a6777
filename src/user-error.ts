/** What the user did wrong, in one line: what, where and the cure. The command line prints it and exits with 2. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
