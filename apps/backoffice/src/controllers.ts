import type { Type } from '@nestjs/common';
import { ApprovalsController } from './approvals/approvals.controller';
import { AuditController } from './audit/audit.controller';
import { HealthController } from './health/health.controller';
import { OpenApiController } from './health/openapi.controller';
import { PaymentsController } from './payments/payments.controller';
import { SignInController } from './sign-in/sign-in.controller';
import { TodayController } from './today/today.controller';
import { RolesController } from './users/roles.controller';
import { UsersController } from './users/users.controller';

/** Every controller of the back office. Whatever is not here is reached by nobody. */
export const CONTROLLERS: readonly Type[] = [
  HealthController,
  OpenApiController,
  SignInController,
  TodayController,
  PaymentsController,
  AuditController,
  ApprovalsController,
  UsersController,
  RolesController,
];
