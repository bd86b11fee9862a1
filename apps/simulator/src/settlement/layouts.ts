import { BILLERS, type LayoutName } from '../billers/biller';
import { checksumLayout, spreadsheetLayout } from './csv-layouts';
import { compact, type FileFrame, type Layout, sequenceText } from './layout';
import {
  fixedLayout,
  gzipLayout,
  latinLayout,
  plnLayout,
  semicolonLayout,
  tabsLayout,
  windowsLayout,
} from './line-layouts';

const LAYOUTS: Record<LayoutName, Layout> = {
  pln: plnLayout,
  semicolon: semicolonLayout,
  windows: windowsLayout,
  gzip: gzipLayout,
  latin: latinLayout,
  tabs: tabsLayout,
  fixed: fixedLayout,
  spreadsheet: spreadsheetLayout,
  checksum: checksumLayout,
};

/** The layout of a source's files; undefined where no biller has this source. */
export function layoutOf(source: string): Layout | undefined {
  const biller = BILLERS.find((one) => one.source === source);
  return biller && LAYOUTS[biller.layout];
}

/** Every source a file can be asked for. */
export const SOURCES: readonly string[] = BILLERS.map((biller) => biller.source);

/** The name a file lands under, such as `LPB01_20260714_001.txt`. */
export function fileNameOf(
  frame: Pick<FileFrame, 'source' | 'businessDate' | 'sequence'>,
  { ending }: Layout,
): string {
  return `${frame.source}_${compact(frame)}_${sequenceText(frame)}${ending}`;
}
