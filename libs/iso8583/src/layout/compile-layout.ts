import type { LayoutDefinition } from '../spec/layout-shape';
import { fixedLayout } from './fixed-layout';
import type { Layout } from './layout';
import { tlvLayout } from './tlv-layout';

/** Compiles a sub-layout of a dialect. */
export function compileLayout(name: string, definition: LayoutDefinition): Layout {
  return definition.kind === 'fixed' ? fixedLayout(name, definition) : tlvLayout(name, definition);
}
