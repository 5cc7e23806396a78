export const root: string;
export const targets: Readonly<Record<string, { readonly arch: string }>>;
export function faults(target: string, bytes: Uint8Array, isLibc: (name: string) => boolean): string[];
export function strangers(files: readonly string[]): string[];
