import { size } from '../../analysis/size.js';
import { bytes } from '../../format/bytes.js';
import { element, tableOf } from '../element.js';

export async function show({ lines, sourceType }, source) {
  const { source: before, minified } = await size(source, sourceType);
  const share = Math.round((100 * minified) / before);
  return element(
    'section',
    {},
    element('p', {}, `${bytes(before)}, minified ${bytes(minified)} (${share} %)`),
    tableOf(['lines', 'code', 'comment', 'blank'], [[lines.total, lines.code, lines.comment, lines.blank]]),
  );
}
