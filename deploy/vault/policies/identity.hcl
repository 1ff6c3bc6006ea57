# identity: accounts' keys, the pepper, the passport signing key; opens sealed mail addresses.
# Its own secrets and keys. A key's deletion can't be allowed from here: no such parameter passes.
path "secret/data/identity/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/identity/*" {
  capabilities = ["read", "delete", "list"]
}
path "transit/keys/svc-identity" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["ed25519"]
    "exportable" = [false]
  }
}
path "transit/sign/svc-identity" {
  capabilities = ["update"]
}
path "transit/keys/identity-*" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["aes256-gcm96", "ed25519", "hmac"]
    "key_size" = []
    "exportable" = [false]
  }
}
path "transit/sign/identity-*" {
  capabilities = ["update"]
}
path "transit/hmac/identity-*" {
  capabilities = ["update"]
}
path "transit/encrypt/identity-*" {
  capabilities = ["update"]
}
path "transit/decrypt/identity-*" {
  capabilities = ["update"]
}
path "transit/keys/a-*" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["aes256-gcm96"]
    "exportable" = [false]
  }
}
path "transit/datakey/plaintext/a-*" {
  capabilities = ["update"]
}
path "transit/encrypt/a-*" {
  capabilities = ["update"]
}
path "transit/decrypt/a-*" {
  capabilities = ["update"]
}
path "transit/hmac/a-*" {
  capabilities = ["update"]
}
path "transit/decrypt/d-*" {
  capabilities = ["update"]
}
