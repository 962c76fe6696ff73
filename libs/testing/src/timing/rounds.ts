/** The rounds of a fault: few in every run, the full number with FAULT_ROUNDS=full, as in `npm run test:faults`. */
export const rounds = (few: number, full: number): number =>
  process.env['FAULT_ROUNDS'] === 'full' ? full : few;
