import type { HostSetting, MatrixResult } from '../../record/result.js';
import { wrap } from './wrap.js';

function shown(value: string): string {
  return value === '' ? 'empty' : value;
}

/** A setting of the machine: its value, the default, what it changes and where. */
export function hostSettingText({ name, value, default: usual, changes, cases }: HostSetting): string {
  const touched = cases.length === 0 ? '' : ` Cases: ${cases.join(' ')}.`;
  return `${name} is ${shown(value)} (default: ${shown(usual)}). ${changes}${touched}`;
}

function paragraph(head: string, settings: readonly HostSetting[], width: number): string[] {
  if (settings.length === 0) return [];
  return [[wrap(head, width), ...settings.map((one) => wrap(hostSettingText(one), width, '  '))].join('\n')];
}

/** How the machine differs from what the cases ran with, and the settings of it that they ran with: a paragraph each. */
export function hostSettingsText({ hostSettings = [] }: MatrixResult, width: number): readonly string[] {
  const [used, left] = [hostSettings.filter((one) => one.used), hostSettings.filter((one) => !one.used)];
  const other =
    used.length === 0
      ? 'These sysctls of this machine differ from the defaults of the kernel, with which the cases ran (--host-settings runs them as this machine is):'
      : 'These sysctls differ too, but cannot be set in a namespace here; the cases ran with their defaults:';
  return [
    ...paragraph(
      'The cases ran with these sysctls of this machine, which differ from the defaults of the kernel:',
      used,
      width,
    ),
    ...paragraph(other, left, width),
  ];
}
