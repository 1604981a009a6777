/** All places of a path, for rules that judge every hop. */
export { hopRoles as everywhere } from '../path/facts.js';
