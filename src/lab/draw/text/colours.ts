import picocolors from 'picocolors';

/** Colour on a terminal only, or where it is asked for; never with NO_COLOR (no-color.org). picocolors alone colours wherever CI is set. */
const wanted = process.stdout.isTTY === true || Boolean(process.env['FORCE_COLOR']);

export const colours = picocolors.createColors(wanted && !process.env['NO_COLOR']);
