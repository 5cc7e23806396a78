/** What a process belongs to, by the names of its control groups, cgroups(7). */
export interface Membership {
  /** Its systemd unit, as `nginx.service`. */
  readonly unit?: string;
  /** Id of its container, as far as its control group names one. */
  readonly container?: string;
}

// docker-ID.scope, cri-containerd-ID.scope, libpod-ID.scope, crio-ID.scope under systemd; /docker/ID without it.
const containerId = /(?:^|[-/:])([0-9a-f]{64})(?:\.scope)?$/;
const lxc = /\/lxc(?:\.payload)?[./]([^/]+)/;
const unit = /^(.+\.(?:service|scope))$/;

/** Reads `/proc/PID/cgroup`: a line for each hierarchy, the one of version 2 with an empty list of controllers. */
export function membershipOf(cgroups: string): Membership {
  // Names may hold colons; only the first two separate.
  const paths = cgroups.split('\n').flatMap((line) => /^\d+:[^:]*:(\/.*)$/.exec(line)?.[1] ?? []);
  const parts = paths.flatMap((path) => path.split('/').reverse());
  const container = parts.flatMap((part) => containerId.exec(part)?.[1] ?? [])[0] ?? lxc.exec(paths.join('\n'))?.[1];
  const service = parts.find((part) => unit.test(part) && !containerId.test(part));
  return {
    ...(service !== undefined && { unit: service }),
    ...(container !== undefined && { container }),
  };
}
