import { list, text, toggle } from './command.ts'

/** Inputs that several commands have, said once. */
export const describedBy = {
  file: text('-f, --file <path>', 'a description in JSON or YAML, instead of the CSV'),
  csv: text('--csv <path>', 'the CSV of projects; projects.csv of the configuration when not given'),
  config: text('--config <folder>', 'the folder with the configuration; config when not given'),
}

export const approvedBy = {
  yes: toggle('-y, --yes', 'do not ask'),
  consent: list('--consent <names>', 'resources whose data may be lost, with commas between'),
  overrideBudget: text('--override-budget <reason>', 'carry it out although a budget blocks it, and why; for admins'),
  detach: toggle('--detach', 'start it and do not wait for its end'),
}
