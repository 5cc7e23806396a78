export function scriptOf(text: string, name: string): string[];
