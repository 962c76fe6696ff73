const letters: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o' };

/**
 * A slug out of a headline or a name: «Zürich: Böög brennt!» becomes `zuerich-boeoeg-brennt`. At most 100 characters;
 * empty where no letter or digit of it can be in a slug.
 */
export function slugOf(text: string): string {
  const ascii = text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüßæœø]/g, (letter) => letters[letter]!)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');
  return ascii
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 100)
    .replace(/-$/, '');
}
