/** Languages of what is printed: of the rules, the built-in cases and the reports. */
export const languages = ['en', 'zh'] as const;
/** One of these: `en`, English, or `zh`, Chinese. */
export type Language = (typeof languages)[number];
