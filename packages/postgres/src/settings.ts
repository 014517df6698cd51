export type Settings = Readonly<Record<string, string | number>>

/**
 * Settings for a small server beside the program that uses it: few processes, little memory, nothing to wake up for
 * when nobody works, and every commit on disk. Whoever starts a cluster may override each.
 */
export const modest: Settings = {
  // Nothing but TCP with a password: no socket file that a crash would leave behind.
  unix_socket_directories: '',
  shared_buffers: '32MB',
  max_connections: 60,
  // Three I/O worker processes fewer; everything worth reading is in the page cache of a database this small.
  io_method: 'sync',
  max_worker_processes: 2,
  max_parallel_workers_per_gather: 0,
  max_logical_replication_workers: 0,
  autovacuum_max_workers: 2,
  autovacuum_worker_slots: 2,
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  jit: 'off',
  // A session whose client was killed ends (and frees its advisory locks) even in the middle of a query.
  client_connection_check_interval: '1s',
  log_checkpoints: 'off',
  // A statement or a row may hold what must not be in a log; the message alone says what went wrong.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_timezone: 'UTC',
  timezone: 'UTC',
}

/** As arguments of `postgres`. */
export const asArguments = (settings: Settings): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
