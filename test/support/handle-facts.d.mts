/** What `src/handles` rests on in Node, by title: each throws if it is not so. */
export declare const facts: Readonly<Record<string, () => Promise<void>>>;
