/** Says in words what the system answered when a file could not be opened or read. */

import { UserError } from '../user-error.js';

const causes: Readonly<Record<string, string>> = {
  ENOENT: 'no such file: check the name',
  EACCES: 'permission denied: allow reading, or run as a user who may',
  EPERM: 'permission denied: allow reading, or run as a user who may',
  EISDIR: 'is a directory: name the capture files in it',
  ENOTDIR: 'a part of the path is no directory: check the name',
  EMFILE: 'too many files are open: raise the limit (ulimit -n)',
  ELOOP: 'a symbolic link leads in a circle: check where it points',
  ENAMETOOLONG: 'the name is too long: check the name',
  ENXIO: 'is a socket or a device without a reader: give a file or a pipe',
};

/** What the system says about a file is the user's to mend; any other exception is ours and comes back as it is. */
export function asUserError(file: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !('code' in error) || !('syscall' in error))
    return error;
  const code = String(error.code);
  return new UserError(`${file}: ${causes[code] ?? `cannot be read (${code}): check the file and the disk it is on`}`);
}
