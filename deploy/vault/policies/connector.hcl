# connector: the TikTok tokens, and the keys under which shops' bodies are sealed.
# Its own secrets and keys. A key's deletion can't be allowed from here: no such parameter passes.
path "secret/data/connector/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/connector/*" {
  capabilities = ["read", "delete", "list"]
}
path "transit/keys/svc-connector" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["ed25519"]
    "exportable" = [false]
  }
}
path "transit/sign/svc-connector" {
  capabilities = ["update"]
}
path "transit/keys/connector-*" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["aes256-gcm96", "ed25519", "hmac"]
    "key_size" = []
    "exportable" = [false]
  }
}
path "transit/sign/connector-*" {
  capabilities = ["update"]
}
path "transit/hmac/connector-*" {
  capabilities = ["update"]
}
path "transit/encrypt/connector-*" {
  capabilities = ["update"]
}
path "transit/decrypt/connector-*" {
  capabilities = ["update"]
}
path "secret/data/tiktok/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/tiktok/*" {
  capabilities = ["read", "delete"]
}
# A shop's key is created once, when it connects; shredding it is privacy's alone.
path "transit/keys/k-*" {
  capabilities = ["create", "read", "update"]
  allowed_parameters = {
    "type" = ["aes256-gcm96"]
    "exportable" = [false]
  }
}
path "transit/datakey/plaintext/k-*" {
  capabilities = ["update"]
}
path "transit/decrypt/k-*" {
  capabilities = ["update"]
}
