const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for XML and HTML. Control characters, which XML 1.0 section 2.2 forbids, become visible ones. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"']/g, (char) => entities[char] ?? char)
    .replace(/[\x7f-\x9f\ufffe\uffff]/g, '\ufffd')
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, (char) => String.fromCodePoint(0x2400 + char.charCodeAt(0)));
}
