/** Writes the captures of `count` nodes whose pods ping one another: node1.cap, node1-tunl0.cap, node2.cap, …, nodes from 1. */
export function mesh(folder: string, count: number, isLost?: (from: number, to: number) => boolean): void;
