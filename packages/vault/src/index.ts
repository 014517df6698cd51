export { keyText, newKey, parseKeys, type VaultKey, vaultKey } from './key.ts'
export { type Keys, readKeyFile, writeKeyFile } from './key-file.ts'
export { type Belonging, keyIdOf } from './seal.ts'
export { fingerprint, openVault, type Vault } from './vault.ts'
