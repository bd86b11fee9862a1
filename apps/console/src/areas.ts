import type { ComponentType } from 'react';
import type { Permission } from '../../backoffice/src/contracts';
import type { PageOf } from './page';
import { Account } from './pages/account';
import { Approval } from './pages/approval';
import { Approvals } from './pages/approvals';
import { Audit } from './pages/audit';
import { AuditRow } from './pages/audit-row';
import { Payment } from './pages/payment';
import { Payments } from './pages/payments';
import { Roles } from './pages/roles';
import { Today } from './pages/today';
import { User } from './pages/user';
import { UserNew } from './pages/user-new';
import { Users } from './pages/users';
import type { WordKey } from './words/use-words';

/** A part of the console: where it stands in the menu, who sees it, and its pages. */
export interface Area {
  title: WordKey;
  /** Where the menu leads; left out: it stands elsewhere. */
  path?: string;
  permission?: Permission;
  pages: { path: string; Page: ComponentType<PageOf> }[];
}

/** Every area, in the order of the menu. */
export const AREAS: readonly Area[] = [
  { title: 'areas.today', path: '/', pages: [{ path: '/', Page: Today }] },
  {
    title: 'areas.payments',
    path: '/payments',
    permission: 'payments.read',
    pages: [
      { path: '/payments', Page: Payments },
      { path: '/payments/:paymentId', Page: Payment },
    ],
  },
  {
    title: 'areas.approvals',
    path: '/approvals',
    permission: 'approvals.read',
    pages: [
      { path: '/approvals', Page: Approvals },
      { path: '/approvals/:approvalId', Page: Approval },
    ],
  },
  {
    title: 'areas.users',
    path: '/users',
    permission: 'users.read',
    pages: [
      { path: '/users', Page: Users },
      { path: '/users/new', Page: UserNew },
      { path: '/users/roles', Page: Roles },
      { path: '/users/:userId', Page: User },
    ],
  },
  {
    title: 'areas.audit',
    path: '/audit',
    permission: 'audit.read',
    pages: [
      { path: '/audit', Page: Audit },
      { path: '/audit/:row', Page: AuditRow },
    ],
  },
  { title: 'areas.account', pages: [{ path: '/account', Page: Account }] },
];
