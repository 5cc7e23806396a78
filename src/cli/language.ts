import { Option } from 'commander';
import { UsageError } from '../index.js';
import { runsInEnglish, speak, type Spoken, type SpokenOfRuns } from '../claims/index.js';
import { type Language, languages } from '../languages.js';
import { nearest } from '../nearest.js';

export interface LanguageFlag {
  readonly lang?: Language;
}

/** `zh_CN.UTF-8` and `zh-Hans` mean `zh`; of other words the nearest is meant. */
function suggestion(text: string): string {
  const first = text.toLowerCase().split(/[-_.]/)[0] ?? '';
  return languages.find((one) => one === first) ?? nearest(text, languages).split(', ')[0] ?? '';
}

function parsed(text: string): Language {
  const found = languages.find((one) => one === text);
  if (found !== undefined) return found;
  throw new UsageError(
    'ERR_ARGUMENT_INVALID',
    `--lang: expected ${languages.join(' or ')}, got ${JSON.stringify(text)}; did you mean ${suggestion(text)}?`,
  );
}

/** JSON has the texts of the cases in English, whoever reads it. */
export function languageOption(): Option {
  return new Option('--lang <language>', 'language of what is printed: en (default) or zh')
    .argParser(parsed)
    .conflicts('json');
}

export async function chosenLanguage({ lang = 'en' }: LanguageFlag): Promise<Spoken> {
  return await speak(lang);
}

/** The same for runs of experiments, for which English needs none of the claims. */
export async function languageOfRuns(flag: LanguageFlag): Promise<SpokenOfRuns> {
  return (flag.lang ?? 'en') === 'en' ? runsInEnglish : await chosenLanguage(flag);
}
