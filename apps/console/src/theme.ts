import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** The blue of our papers, from pale to ink. */
const simpul: MantineColorsTuple = [
  '#eef3fa',
  '#d9e4f1',
  '#b0c7e2',
  '#84a8d3',
  '#608ec6',
  '#497dbe',
  '#3d75bb',
  '#2f64a5',
  '#255994',
  '#1f3a5f',
];

/** How the console looks: dense, calm, figures that stand below one another. */
export const theme = createTheme({
  primaryColor: 'simpul',
  primaryShade: { light: 8, dark: 5 },
  colors: { simpul },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace',
  defaultRadius: 'sm',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  components: {
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm', highlightOnHover: true } },
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
  },
});
