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

/** How the machine differs from what the cases ran with, and the settings of it that they ran with: a paragraph each. */
export function hostSettingsText(
  { hostSettings = [] }: MatrixResult,
  width: number,
  words: ReportWords = english,
): readonly string[] {
  const [used, left] = [hostSettings.filter((one) => one.used), hostSettings.filter((one) => !one.used)];
  const paragraph = (head: string, settings: readonly HostSetting[]): string[] => {
    if (settings.length === 0) return [];
    return [[wrap(head, width), ...settings.map((one) => wrap(hostSettingText(one, words), width, '  '))].join('\n')];
  };
  return [
    ...paragraph(words.usedSettings, used),
    ...paragraph(used.length === 0 ? words.otherSettings : words.unusableSettings, left),
  ];
}
