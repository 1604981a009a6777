/** The two ways of travel. */

export type Direction = 'request' | 'reply';

/** The nodes and pods that the request comes from, and those that it goes to. */
export type Side = 'source' | 'destination';
