import { Checkbox, Group } from '@mantine/core';
import { useWords } from '../words/use-words';

/** Which roles somebody has, all of them: those that are not chosen are taken away. */
export function RoleChoice({
  roles,
  value,
  onChange,
}: {
  roles: readonly string[];
  value: string[];
  onChange: (roles: string[]) => void;
}) {
  const words = useWords();
  return (
    <Checkbox.Group label={words('account.roles')} required value={value} onChange={onChange}>
      <Group gap="sm" mt={4}>
        {roles.map((role) => (
          <Checkbox key={role} value={role} label={role} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}
