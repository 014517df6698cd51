export { challengesOn } from './certificates/challenges.ts'
export { type Issued, issue } from './certificates/issue.ts'
export { parseDeploymentConfig, parseFile } from './config/parse.ts'
export type { DeploymentConfig, EnvironmentConfig, HealthCheck, ProjectConfig } from './config/schema.ts'
export { check } from './guard/check.ts'
export { type Answering, answered, hangs } from './guard/hangs.ts'
export { judge, type News, type Verdict, type Watched } from './guard/judge.ts'
export type { Fence } from './machine/fenced.ts'
export type { Connected, Reach } from './machine/machine.ts'
export { local, type MachinePlace, type Machines, openMachines } from './machine/machines.ts'
export { type Environment, environments, isName, laneOf, nameRule, resourceHash } from './names.ts'
export { type InstanceSight, observe } from './observe/observe.ts'
export { loginsFor } from './perform/logins.ts'
export { deployPerformer } from './perform/performer.ts'
export type { Aim } from './plan/aim.ts'
export type { DeployInput, DeploymentSpec, Front, Machine, Service, Serving } from './plan/input.ts'
export { type Known, planPlacement, type Tenant } from './plan/place.ts'
export { planDeploy } from './plan/plan.ts'
export { hostsOf, portOf, siteOf } from './plan/site.ts'
export { isInRegistry } from './platforms/containers/names.ts'
export { platformNamed, resolverNamed } from './platforms/index.ts'
export { type Clusters, openClusters } from './platforms/kubernetes/clusters.ts'
export { examine } from './platforms/kubernetes/examine.ts'
export { pinned } from './platforms/kubernetes/pinned.ts'
export { type Cluster, clusterFor } from './platforms/kubernetes/settings.ts'
export type { BuiltImage, StoredImage, Tree } from './platforms/platform.ts'
export { defaultPorts, hashBasedPort, type PortAssignment, type PortRange } from './ports.ts'
export { proxyNamed } from './proxies/index.ts'
export {
  type CertificateOf,
  defaultLimits,
  defaultProxy,
  type ProxyName,
  type RequestLimits,
  type Site,
  securedFor,
  type Tls,
} from './proxies/proxy.ts'
export { tagFor } from './release/tag.ts'
export { versionOf } from './release/version.ts'
export { type Secret, type SecretPlace, type Secrets, type SecretTaker, secretNames } from './secrets.ts'
export { type DeployKey, newSshKey, type OpenKey, type Owner, publicHalf } from './sources/deploy-key.ts'
export { gitSources, type Sources } from './sources/git.ts'
export { type Source, urlOf, type WorkingTree } from './sources/source.ts'
export { forgetTree, type ReceivedTree, receivedTrees, workingTreeUrl } from './sources/working-trees.ts'
export type { Finding } from './validate/finding.ts'
export { lookAt, type MachineSight } from './validate/look.ts'
export type { Records, Served } from './validate/records.ts'
export { validate } from './validate/validate.ts'
