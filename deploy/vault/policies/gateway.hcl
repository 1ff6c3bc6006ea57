# gateway: nothing but its own.
# Its own secrets and keys. A key's deletion can't be allowed from here: no such parameter passes.
path "secret/data/gateway/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/gateway/*" {
  capabilities = ["read", "delete", "list"]
}
path "transit/keys/svc-gateway" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["ed25519"]
    "exportable" = [false]
  }
}
path "transit/sign/svc-gateway" {
  capabilities = ["update"]
}
path "transit/keys/gateway-*" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["aes256-gcm96", "ed25519", "hmac"]
    "key_size" = []
    "exportable" = [false]
  }
}
path "transit/sign/gateway-*" {
  capabilities = ["update"]
}
path "transit/hmac/gateway-*" {
  capabilities = ["update"]
}
path "transit/encrypt/gateway-*" {
  capabilities = ["update"]
}
path "transit/decrypt/gateway-*" {
  capabilities = ["update"]
}
