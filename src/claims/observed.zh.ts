/** Values that runs observe, as far as they are words and no names of the kernel's. */
export const observedTexts: Readonly<Record<string, string>> = {};
