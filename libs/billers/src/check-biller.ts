import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '#lib/platform';
import { requiredCases } from './contract/calls';
import { contractOf } from './contract/contract';
import { casesIn } from './contract/fixtures';
import { readSpec } from './read-spec';
import type { BillerSpec } from './spec/common';

/** What became of one biller's check. */
export interface BillerReport {
  biller: string;
  /** As its YAML says; null where the YAML cannot be read. */
  kind: string | null;
  /** How many checks of the contract were made, and how many of them it keeps. */
  checks: number;
  kept: number;
  /** Files that a biller must have and this one lacks, by path. */
  missing: string[];
  /** What is wrong: the YAML's mistakes, each with file, line and key, or what a check found. */
  wrong: { subject: string; sentence: string; found: string }[];
}

/**
 * Asks the shared contract of one biller: its fixtures are replayed over a real wire against a biller on this machine.
 * Nothing of the installation is touched; settings of the fixtures are put into this process's environment.
 * @param file the biller's YAML, and `folder` its fixtures.
 */
export async function checkBiller(file: string, folder: string, biller: string): Promise<BillerReport> {
  const report: BillerReport = { biller, kind: null, checks: 0, kept: 0, missing: [], wrong: [] };
  let spec: BillerSpec;
  try {
    spec = readSpec(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const found of error.message.split('\n'))
      report.wrong.push({ subject: 'YAML', sentence: 'every key says what it may', found });
    return report;
  }
  report.kind = spec.kind;
  report.missing = missingFiles(spec, folder);
  const given = join(folder, 'given.json');
  if (!existsSync(given)) return { ...report, missing: [given, ...report.missing] };
  // A case that is not there was told as missing already.
  const present = new Set(casesIn(folder));
  const checks = contractOf(file, folder).filter(
    ({ subject }) => !requiredCases(spec).includes(subject) || present.has(subject),
  );
  for (const check of checks) {
    report.checks += 1;
    try {
      await check.run();
      report.kept += 1;
    } catch (error) {
      const { subject, sentence } = check;
      report.wrong.push({ subject, sentence, found: (error as Error).message });
    }
  }
  return report;
}

function missingFiles(spec: BillerSpec, folder: string): string[] {
  const present = new Set(casesIn(folder));
  return requiredCases(spec)
    .filter((name) => !present.has(name))
    .map((name) => join(folder, `${name}.json`));
}
