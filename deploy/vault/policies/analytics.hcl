# analytics: seals a fact only to park it; opens nothing.
# Its own secrets and keys. A key's deletion can't be allowed from here: no such parameter passes.
path "secret/data/analytics/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/analytics/*" {
  capabilities = ["read", "delete", "list"]
}
path "transit/keys/svc-analytics" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["ed25519"]
    "exportable" = [false]
  }
}
path "transit/sign/svc-analytics" {
  capabilities = ["update"]
}
path "transit/keys/analytics-*" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["aes256-gcm96", "ed25519", "hmac"]
    "key_size" = []
    "exportable" = [false]
  }
}
path "transit/sign/analytics-*" {
  capabilities = ["update"]
}
path "transit/hmac/analytics-*" {
  capabilities = ["update"]
}
path "transit/encrypt/analytics-*" {
  capabilities = ["update"]
}
path "transit/decrypt/analytics-*" {
  capabilities = ["update"]
}
path "transit/datakey/plaintext/k-*" {
  capabilities = ["update"]
}
