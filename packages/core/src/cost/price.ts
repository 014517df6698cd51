/** One line of an estimate: list price in USD for a month of use, before tax. */
export interface PriceLine {
  /** What is paid for: `machine s-2vcpu-4gb`, `backups weekly`. */
  item: string
  /** USD a month; `null` where no sourced price is known. Never counted as zero in silence. */
  monthly: number | null
  /** USD an hour where the cloud bills by time up to a monthly cap. */
  hourly?: number
  /** Hours after which a month costs no more, where they are not those of the billing rules. */
  monthlyHours?: number
  /** Billed at least, whichever of the two is more. */
  minimum?: { seconds: number; amount: number }
  /** Where the number comes from, and its date (ISO) as far as the source has one. */
  source?: string
  asOf?: string | null
  note?: string
}
