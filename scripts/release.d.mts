export const mostPacked: number;
export function obstacles(state: {
  readonly manifest: { readonly version: string; readonly repository?: unknown };
  readonly changelog: string;
  readonly changes: string;
  readonly tags: readonly string[];
  readonly isTagged: boolean;
  readonly addons: readonly string[];
  readonly packed?: number;
}): string[];
