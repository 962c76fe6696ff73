const letters: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o' };

/**
 * The slug of a headline or a name: "Zürich: Böög brennt!" becomes `zuerich-boeoeg-brennt`. At most 100 characters;
 * empty if the text has no letter or digit that a slug can contain.
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
