// iam-simulate's core engine asked the whole workload: node engine_simulate.mjs NODE_MODULES FILE
// Prints what engine_contestants.py prints. The core is not among the package's exports, hence the paths.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const ROUNDS = 3
const SECONDS = 0.4
const WORDS = { Allowed: 'allowed', ExplicitlyDenied: 'explicitDeny', ImplicitlyDenied: 'implicitDeny' }

const [modules, file] = process.argv.slice(2)
const load = (path) => import(pathToFileURL(`${modules}/@cloud-copilot/${path}`))
const { loadPolicy } = await load('iam-policy/dist/esm/index.js')
const { authorize } = await load('iam-simulate/dist/esm/core_engine/CoreSimulatorEngine.js')
const { AwsRequestImpl } = await load('iam-simulate/dist/esm/request/request.js')
const { RequestContextImpl } = await load('iam-simulate/dist/esm/requestContext.js')
const { DiscoveryContextKeyConstraints } = await load(
  'iam-simulate/dist/esm/context_keys/discoveryContextKeyConstraints.js'
)

const work = JSON.parse(readFileSync(file, 'utf8'))
const prepared = {
  identityPolicies: work.identity_policies.map(({ name, policy }) => loadPolicy(policy, { name })),
  sessionPolicy: undefined,
  serviceControlPolicies: [],
  resourceControlPolicies: [],
  resourcePolicy: undefined,
  permissionBoundaries: undefined,
  vpcEndpointPolicies: undefined,
  simulationParameters: {
    simulationMode: 'Strict',
    discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([])
  }
}

function ask({ principal, action, resource, resource_account: accountId, context }) {
  const request = new AwsRequestImpl(principal, { resource, accountId }, action, new RequestContextImpl(context))
  return WORDS[authorize({ ...prepared, request }).result]
}

function measure() {
  const begun = process.cpuUsage()
  let asked = 0
  let spent = 0
  while (spent < SECONDS) {
    work.requests.forEach(ask)
    asked += work.requests.length
    const { user, system } = process.cpuUsage(begun)
    spent = (user + system) / 1e6
  }
  return asked / spent
}

const answers = work.requests.map(ask)
const rates = Array.from({ length: ROUNDS }, measure)
console.log(JSON.stringify({ rate: Math.max(...rates), answers }))
