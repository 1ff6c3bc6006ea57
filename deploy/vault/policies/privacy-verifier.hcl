# The verifier: sees what exists, changes nothing, reads no secret.
path "secret/metadata/*" {
  capabilities = ["list", "read"]
}
path "secret/metadata" {
  capabilities = ["list"]
}
path "transit/keys" {
  capabilities = ["list"]
}
path "transit/keys/+" {
  capabilities = ["read"]
}
