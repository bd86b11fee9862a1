import qrcode from 'qrcode-generator';
import { useMemo } from 'react';

/** A QR code as one path: black on white in the dark too, as cameras want it. */
export function Qr({ says, label, size = 180 }: { says: string; label: string; size?: number }) {
  const { count, path } = useMemo(() => {
    const code = qrcode(0, 'M');
    code.addData(says);
    code.make();
    const modules = code.getModuleCount();
    let drawn = '';
    for (let row = 0; row < modules; row += 1)
      for (let column = 0; column < modules; column += 1)
        if (code.isDark(row, column)) drawn += `M${column + 4} ${row + 4}h1v1h-1z`;
    return { count: modules + 8, path: drawn };
  }, [says]);
  return (
    <svg width={size} height={size} viewBox={`0 0 ${count} ${count}`} role="img" aria-label={label}>
      <rect width={count} height={count} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
