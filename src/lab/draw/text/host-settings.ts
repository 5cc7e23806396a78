import type { HostSetting, MatrixResult } from '../../record/result.js';
import { english, type ReportWords } from '../report-words.js';
import { wrap } from './wrap.js';

/** A setting of the machine: its value, the default, what it changes and where. */
export function hostSettingText(
  { name, value, default: usual, changes, cases }: HostSetting,
  words: ReportWords = english,
): string {
  const shown = (text: string): string => (text === '' ? words.empty : text);
  const touched = cases.length === 0 ? [] : [words.touched(cases.join(' '))];
  return words.sentences([words.setting(name, shown(value), shown(usual)), changes, ...touched]);
}

/** Settings that stand under one heading. */
export interface SettingsParagraph {
  readonly head: string;
  readonly settings: readonly string[];
}

/** How the machine differs from what the cases ran with, and the settings of it that they ran with. */
export function hostSettingsParagraphs(
  { hostSettings = [] }: MatrixResult,
  words: ReportWords = english,
): readonly SettingsParagraph[] {
  const [used, left] = [hostSettings.filter((one) => one.used), hostSettings.filter((one) => !one.used)];
  const rest = used.length === 0 ? words.otherSettings : words.unusableSettings;
  return [
    { head: words.usedSettings, of: used },
    { head: rest, of: left },
  ].flatMap(({ head, of }) =>
    of.length === 0 ? [] : [{ head, settings: of.map((one) => hostSettingText(one, words)) }],
  );
}

/** The same for a terminal: a paragraph each. */
export function hostSettingsText(result: MatrixResult, width: number, words: ReportWords = english): readonly string[] {
  return hostSettingsParagraphs(result, words).map(({ head, settings }) =>
    [wrap(head, width), ...settings.map((one) => wrap(one, width, '  '))].join('\n'),
  );
}
